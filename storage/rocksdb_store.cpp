#include "storage/rocksdb_store.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/bytes.hpp"
#include "storage/rocksdb_error.hpp"
#include "storage/store_rows.hpp"
#include "storage/store_wire.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <rocksdb/iterator.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/write_batch.h>

namespace troupe::storage {

namespace {

rocksdb::Slice slice_of(std::string_view x) { return {x.data(), x.size()}; }
std::string_view view_of(const rocksdb::Slice& x) { return {x.data(), x.size()}; }

/// Collects what a batch of records changes. A write batch without a bound takes all.
class changes {
public:
  explicit changes(std::size_t bytes) : batch_{bytes} {}

  void put_own(const std::string& key, const std::string& value) {
    must(batch_.Put(key, value));
  }
  void remove_own(const std::string& key) { must(batch_.Delete(key)); }

  void take(const write_record& x) {
    auto prefix = row_prefix(x.in);
    for (const auto& e : x.effects)
      take(prefix, e);
  }

  [[nodiscard]] rocksdb::WriteBatch& batch() { return batch_; }

private:
  static void must(const rocksdb::Status& status) { TROUPE_ASSERT(status.ok()); }

  /// From the parts, so that a row's bytes are copied once.
  void take(const std::string& prefix, const effect& x) {
    auto key = std::array{slice_of(prefix), slice_of(x.key)};
    auto key_parts = rocksdb::SliceParts{key.data(), static_cast<int>(key.size())};
    if (!x.value) {
      must(batch_.Delete(key_parts));
      return;
    }
    auto header = row_header(*x.value);
    auto value
      = std::array{slice_of({header.data(), header.size()}), slice_of(x.value->bytes)};
    must(batch_.Put(key_parts, {value.data(), static_cast<int>(value.size())}));
  }

  rocksdb::WriteBatch batch_;
};

void put_dedup(const dedup_changes& from, changes& to) {
  for (const auto& [client, row] : from.clients) {
    if (row)
      to.put_own(own_key(client), encode_client(*row));
    else
      to.remove_own(own_key(client));
  }
  for (const auto& [node, row] : from.nodes)
    to.put_own(own_key(node), encode_node(row));
}

std::uint64_t add_to_digest(std::uint64_t digest, std::string_view bytes) {
  // Two crcs of different beginnings, with the length in both.
  auto length = std::array<std::byte, 8>{};
  store_u64(length.data(), bytes.size());
  auto add
    = [&](std::uint32_t seed) { return crc32c(as_bytes(bytes), crc32c(length, seed)); };
  auto low = add(static_cast<std::uint32_t>(digest));
  auto high = add(static_cast<std::uint32_t>(digest >> 32) ^ 0x5bd1e995U);
  return std::uint64_t{high} << 32 | low;
}

[[noreturn]] void give_up(const error& why) { throw unreadable_row{why}; }

} // namespace

/// What could be read when it was made.
class rocksdb_store::moment final : public row_view {
public:
  explicit moment(const rocksdb_store& rows) : rows_{&rows}, snapshot_{rows.rows_.get()} {
    when_.snapshot = snapshot_.snapshot();
  }

  [[nodiscard]] std::optional<row> get(slot in, std::string_view key) const override {
    return rows_->get(when_, in, key);
  }
  void scan(slot in, std::string_view from, const row_visitor& visit) const override {
    rows_->scan(when_, in, from, visit);
  }

private:
  const rocksdb_store* rows_;
  rocksdb::ManagedSnapshot snapshot_;
  rocksdb::ReadOptions when_;
};

expected<std::shared_ptr<rocksdb_store>> rocksdb_store::open(
  rocksdb::Options options, const std::string& directory, const std::string& name) {
  auto failure = std::make_shared<rocksdb_failure>(directory);
  options.listeners.push_back(failure);
  auto path = directory + "/" + name;
  rocksdb::DB* opened = nullptr;
  if (auto trouble = to_error(rocksdb::DB::Open(options, path, &opened), path))
    return trouble;
  auto result = std::shared_ptr<rocksdb_store>{
    new rocksdb_store{std::unique_ptr<rocksdb::DB>{opened}, std::move(failure)}};
  if (auto trouble = result->load_first_rows())
    return trouble;
  return result;
}

// -- reading
// --------------------------------------------------------------------------------

std::optional<row> rocksdb_store::get(slot in, std::string_view key) const {
  return get(rocksdb::ReadOptions{}, in, key);
}

std::optional<row> rocksdb_store::get(
  const rocksdb::ReadOptions& when, slot in, std::string_view key) const {
  auto value = rocksdb::PinnableSlice{};
  auto status = rows_->Get(when, rows_->DefaultColumnFamily(), row_key(in, key), &value);
  if (status.IsNotFound())
    return std::nullopt;
  if (!status.ok())
    give_up(failure_->note(status, "reading a row"));
  auto result = row{};
  if (!read_row(view_of(value), result))
    give_up(failure_->note(fail(ec::corrupt, "a row is too short")));
  return result;
}

void rocksdb_store::scan(slot in, std::string_view from, const row_visitor& visit) const {
  scan(rocksdb::ReadOptions{}, in, from, visit);
}

void rocksdb_store::scan(
  rocksdb::ReadOptions when, slot in, std::string_view from,
  const row_visitor& visit) const {
  auto end = row_end(in);
  auto bound = slice_of(end);
  when.iterate_upper_bound = &bound;
  auto i = std::unique_ptr<rocksdb::Iterator>{rows_->NewIterator(when)};
  auto value = row{};
  for (i->Seek(row_key(in, from)); i->Valid(); i->Next()) {
    if (!read_row(view_of(i->value()), value))
      give_up(failure_->note(fail(ec::corrupt, "a row is too short")));
    if (!visit(key_in_slot(view_of(i->key())), value))
      return;
  }
  if (auto status = i->status(); !status.ok())
    give_up(failure_->note(status, "scanning rows"));
}

std::unique_ptr<row_view> rocksdb_store::snapshot() const {
  return std::make_unique<moment>(*this);
}

std::uint64_t rocksdb_store::digest() const {
  auto result = std::uint64_t{0};
  auto i = std::unique_ptr<rocksdb::Iterator>{rows_->NewIterator({})};
  for (i->SeekToFirst(); i->Valid(); i->Next()) {
    result = add_to_digest(result, view_of(i->key()));
    result = add_to_digest(result, view_of(i->value()));
  }
  if (auto status = i->status(); !status.ok())
    give_up(failure_->note(status, "reading all rows"));
  return result;
}

// -- what it has applied
// -------------------------------------------------------------------------------

position rocksdb_store::applied() const {
  auto lock = std::scoped_lock{mutex_};
  return applied_;
}

expected<std::string> rocksdb_store::read_own(const std::string& key) const {
  auto result = std::string{};
  auto status = rows_->Get({}, key, &result);
  if (status.IsNotFound())
    return std::string{};
  if (!status.ok())
    return failure_->note(status, "reading its own rows");
  return result;
}

error rocksdb_store::load_first_rows() {
  auto at = read_own(own_key(own_row::applied));
  auto config = read_own(own_key(own_row::config));
  auto slots = read_own(own_key(own_row::slots));
  for (const auto* found : {&at, &config, &slots})
    if (!*found)
      return found->error();
  if (at->empty())
    return {}; // Nothing was ever flushed: the log begins anew.
  auto position = decode_applied(*at);
  if (!position)
    return std::move(position.error());
  applied_ = *position;
  if (!config->empty()) {
    auto decoded = decode_config(*config);
    if (!decoded)
      return std::move(decoded.error());
    config_ = std::move(*decoded);
  }
  auto decoded = decode_slots(*slots);
  if (!decoded)
    return std::move(decoded.error());
  slots_ = std::move(*decoded);
  return {};
}

error rocksdb_store::load_dedup(dedup_table& out) const {
  auto i = std::unique_ptr<rocksdb::Iterator>{rows_->NewIterator({})};
  for (i->Seek(own_key(own_row::client)); i->Valid(); i->Next()) {
    auto client = client_id{};
    auto node = node_id{};
    if (read_own_key(view_of(i->key()), client)) {
      auto row = decode_client(view_of(i->value()));
      if (!row)
        return std::move(row.error());
      out.restore(client, std::move(*row));
    } else if (read_own_key(view_of(i->key()), node)) {
      auto row = decode_node(view_of(i->value()));
      if (!row)
        return std::move(row.error());
      out.restore(node, std::move(*row));
    } else {
      return fail(ec::corrupt, "a store's own row has a key of no known form");
    }
  }
  return failure_->note(i->status(), "reading its own rows");
}

expected<applied_state> rocksdb_store::load() {
  auto result = applied_state{applied(), config_, slots_, {}};
  if (auto trouble = load_dedup(result.dedup))
    return failure_->note(std::move(trouble));
  return result;
}

error rocksdb_store::apply(const apply_batch& batch) {
  if (auto trouble = failure_->first())
    return trouble;
  auto all = changes{bytes_of(batch)};
  auto at = applied();
  for (const auto& x : batch.records) {
    TROUPE_ASSERT(x->at.seq == at.seq.next());
    at = x->at;
    if (const auto* write = std::get_if<write_record>(&x->payload)) {
      all.take(*write);
    } else if (const auto* config = std::get_if<shard_config>(&x->payload)) {
      config_ = *config;
      all.put_own(own_key(own_row::config), encode_config(config_));
    } else if (const auto* own = std::get_if<slot_own_record>(&x->payload)) {
      slots_.insert(slots_.end(), own->slots.begin(), own->slots.end());
      all.put_own(own_key(own_row::slots), encode_slots(slots_));
    }
  }
  put_dedup(batch.dedup, all);
  all.put_own(own_key(own_row::applied), encode_applied(at));

  auto options = rocksdb::WriteOptions{};
  options.disableWAL = true;
  auto status = rows_->Write(options, &all.batch());
  if (auto trouble = failure_->note(status, "applying records"))
    return trouble;
  auto lock = std::scoped_lock{mutex_};
  applied_ = at;
  return {};
}

expected<position> rocksdb_store::flush() {
  // Before: what is applied meanwhile may be in it or not.
  auto result = applied();
  auto status = rows_->Flush(rocksdb::FlushOptions{});
  if (auto trouble = failure_->note(status, "flushing"))
    return trouble;
  return result;
}

} // namespace troupe::storage
