/// What every store promises (`storage/store.hpp`), as tests that run against each.
///
/// A world supplies a store and its crashes:
///
///     struct world {
///       storage::store& rows();
///
///       // Ends the process without a flush and opens the store again.
///       void crash();
///     };
///
/// A test file names its world with TYPE_TO_STRING_AS and runs the suite with
/// TROUPE_TEST_STORE(world).
#pragma once

#include "storage/store.hpp"
#include "tests/storage/records.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::test {

using namespace storage;
using storage::test::make_record;
using storage::test::make_write;

/// A store's log and its deduplication table: what a replica has beside a store.
class applied_log {
public:
  /// The next record, of `payload`.
  record_ptr add(record_payload payload) {
    log_.push_back(make_record(1, log_.size() + 1, std::move(payload)));
    return log_.back();
  }

  /// Applies the records behind what `rows` has, up to the end, as one batch.
  void apply_rest(store& rows) {
    auto batch = apply_batch{};
    for (auto i = applied_; i < log_.size(); ++i) {
      dedup_.apply(*log_[i], batch.dedup);
      batch.records.push_back(log_[i]);
    }
    applied_ = log_.size();
    REQUIRE(!rows.apply(batch));
  }

  /// Goes on from what a store has after a crash, which is checked against the log.
  void resume(store& rows) {
    auto found = rows.load();
    REQUIRE(found);
    applied_ = found->at.seq.value();
    REQUIRE(applied_ <= log_.size());
    auto expected = dedup_table{};
    auto ignored = dedup_changes{};
    for (std::size_t i = 0; i < applied_; ++i)
      expected.apply(*log_[i], ignored);
    CHECK(found->at == (applied_ == 0 ? position{} : log_[applied_ - 1]->at));
    CHECK(found->dedup == expected);
    dedup_ = std::move(found->dedup);
  }

  [[nodiscard]] position end() const {
    return log_.empty() ? position{} : log_.back()->at;
  }

private:
  std::vector<record_ptr> log_;
  std::size_t applied_ = 0;
  dedup_table dedup_;
};

inline write_record write_of(slot in, std::vector<effect> effects) {
  auto result = write_record{};
  result.request = {{node_id{uuid{1, 2}}, incarnation{3}, 4}, 1};
  result.in = in;
  result.effects = std::move(effects);
  result.reply = "+OK\r\n";
  return result;
}

inline effect put(std::string key, std::string bytes) {
  return {std::move(key), row{1, 7, 0, std::move(bytes)}};
}

inline effect remove(std::string key) { return {std::move(key), std::nullopt}; }

/// "key=bytes " of each row of `in` from `from` on, at most `count_max`.
inline std::string scanned(
  const row_view& rows, slot in, std::string_view from = {}, std::size_t count_max = 99) {
  auto result = std::string{};
  auto count = std::size_t{0};
  rows.scan(in, from, [&](std::string_view key, const row& value) {
    result.append(key).append("=").append(value.bytes).append(" ");
    return ++count < count_max;
  });
  return result;
}

template <class World>
struct store_contract {
  World world;
  applied_log log;

  auto& rows() { return world.rows(); }
  void write(slot in, std::vector<effect> effects) {
    log.add(write_of(in, std::move(effects)));
    log.apply_rest(rows());
  }
  void crash() {
    world.crash();
    log.resume(rows());
  }
};

constexpr auto here = slot{7};
constexpr auto last_slot = slot{16'383};

TEST_CASE_TEMPLATE_DEFINE(
  "store: what was never written to knows nothing", World, contract_empty) {
  auto t = store_contract<World>{};
  auto found = t.rows().load();
  REQUIRE(found);
  CHECK(found->at == position{});
  CHECK(found->config == shard_config{});
  CHECK(found->slots.empty());
  CHECK(found->dedup == dedup_table{});
  CHECK(!t.rows().get(here, "k"));
  CHECK(scanned(t.rows(), here).empty());
  auto flushed = t.rows().flush();
  REQUIRE(flushed);
  CHECK(*flushed == position{});
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: a row comes back with every field", World, contract_row) {
  auto t = store_contract<World>{};
  constexpr auto max = ~std::uint64_t{0};
  const auto key = std::string{"zero \0 and \xff", 12};
  const auto full = row{255, max, max - 1, std::string{"\0\xff\0", 3}};
  t.write(here, {{key, full}, {"", row{}}});
  CHECK(t.rows().get(here, key) == full);
  CHECK(t.rows().get(here, "") == row{});
  CHECK(!t.rows().get(slot{8}, key));
  CHECK(!t.rows().get(here, key.substr(0, 5)));
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: later effects replace and delete earlier ones", World, contract_replace) {
  auto t = store_contract<World>{};
  t.write(here, {put("a", "1"), put("b", "1"), put("c", "1")});
  t.write(here, {put("a", "2"), remove("b"), remove("none")});
  CHECK(scanned(t.rows(), here) == "a=2 c=1 ");
  // In one batch, too.
  t.log.add(write_of(here, {remove("a"), put("d", "1")}));
  t.log.add(write_of(here, {put("a", "3"), remove("d")}));
  t.log.apply_rest(t.rows());
  CHECK(scanned(t.rows(), here) == "a=3 c=1 ");
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: a scan goes through one slot in the order of bytes", World, contract_scan) {
  auto t = store_contract<World>{};
  t.write(here, {put("b", "1"), put("\xff\xff", "2"), put("", "3"), put("ba", "4")});
  t.write(here, {put("a\xff", "5"), put("longer than the others", "6")});
  t.write(slot{6}, {put("before", "x"), put("\xff", "x")});
  t.write(slot{8}, {put("", "x"), put("behind", "x")});
  t.write(slot{7 + 256}, {put("far", "x")});
  CHECK(
    scanned(t.rows(), here)
    == "=3 a\xff=5 b=1 ba=4 longer than the others=6 \xff\xff=2 ");
  CHECK(scanned(t.rows(), here, "b", 2) == "b=1 ba=4 ");
  CHECK(scanned(t.rows(), here, "b\x01") == "ba=4 longer than the others=6 \xff\xff=2 ");
  CHECK(scanned(t.rows(), here, "\xff\xff\x01").empty());
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: the last slot's rows do not run into the store's own", World,
  contract_last_slot) {
  auto t = store_contract<World>{};
  t.write(last_slot, {put("\xff", "1")});
  CHECK(scanned(t.rows(), last_slot) == "\xff=1 ");
  CHECK(scanned(t.rows(), slot{0}).empty());
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: a snapshot shows no later batch", World, contract_snapshot) {
  auto t = store_contract<World>{};
  t.write(here, {put("a", "1"), put("b", "1")});
  auto before = t.rows().snapshot();
  t.write(here, {put("a", "2"), remove("b"), put("c", "2")});
  CHECK(scanned(*before, here) == "a=1 b=1 ");
  CHECK(before->get(here, "b")->bytes == "1");
  CHECK(!before->get(here, "c"));
  CHECK(scanned(*t.rows().snapshot(), here) == "a=2 c=2 ");
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: configuration, slots and replies come back after a crash", World,
  contract_load) {
  auto t = store_contract<World>{};
  auto config = shard_config{};
  config.members = {{replica_id{1}, node_id{uuid{0, 1}}, member_role::voter}};
  t.log.add(config);
  t.log.add(slot_own_record{{{slot{0}, slot{99}}}});
  t.log.apply_rest(t.rows());
  config.members.push_back({replica_id{2}, node_id{uuid{0, 2}}, member_role::learner});
  t.log.add(config);
  t.log.add(slot_own_record{{{slot{200}, slot{200}}}});
  t.log.add(write_of(here, {put("a", "1")}));
  t.log.add(dedup_trim_record{node_id{uuid{8, 8}}, incarnation{2}, 9, {3, 5}});
  t.log.apply_rest(t.rows());
  REQUIRE(t.rows().flush());
  t.crash();
  auto found = t.rows().load();
  REQUIRE(found);
  CHECK(found->at == t.log.end());
  CHECK(found->config == config);
  CHECK(
    found->slots == std::vector<slot_range>{{slot{0}, slot{99}}, {slot{200}, slot{200}}});
  CHECK(found->dedup.client_count() == 1);
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: a client's row goes when its node lives again", World, contract_dedup) {
  auto t = store_contract<World>{};
  auto write = write_of(here, {put("a", "1")});
  t.log.add(write);
  t.log.apply_rest(t.rows());
  write.request.client.incarnation = incarnation{4};
  t.log.add(write);
  t.log.apply_rest(t.rows());
  REQUIRE(t.rows().flush());
  t.crash();
  CHECK(t.rows().load()->dedup.client_count() == 1);
}

TEST_CASE_TEMPLATE_DEFINE(
  "store: what was flushed survives a crash, whole batches at a time", World,
  contract_crash) {
  auto t = store_contract<World>{};
  t.write(here, {put("a", "1")});
  t.write(here, {put("a", "2"), put("b", "2")});
  auto flushed = t.rows().flush();
  REQUIRE(flushed);
  CHECK(*flushed == t.log.end());
  t.write(here, {put("a", "3"), remove("b")});
  t.crash();
  auto found = t.rows().load();
  REQUIRE(found);
  CHECK(found->at >= *flushed);
  CHECK(scanned(t.rows(), here) == (found->at == *flushed ? "a=2 b=2 " : "a=3 "));
  // The log has the rest.
  t.log.apply_rest(t.rows());
  t.write(here, {put("c", "4")});
  CHECK(scanned(t.rows(), here) == "a=3 c=4 ");
}

} // namespace troupe::test

/// Runs the whole contract against `World`.
#define TROUPE_TEST_STORE(World)                                                         \
  TEST_CASE_TEMPLATE_INVOKE(contract_empty, World);                                      \
  TEST_CASE_TEMPLATE_INVOKE(contract_row, World);                                        \
  TEST_CASE_TEMPLATE_INVOKE(contract_replace, World);                                    \
  TEST_CASE_TEMPLATE_INVOKE(contract_scan, World);                                       \
  TEST_CASE_TEMPLATE_INVOKE(contract_last_slot, World);                                  \
  TEST_CASE_TEMPLATE_INVOKE(contract_snapshot, World);                                   \
  TEST_CASE_TEMPLATE_INVOKE(contract_load, World);                                       \
  TEST_CASE_TEMPLATE_INVOKE(contract_dedup, World);                                      \
  TEST_CASE_TEMPLATE_INVOKE(contract_crash, World)
