#include "storage/memory_store.hpp"

#include "actors/base/assert.hpp"
#include "storage/storage_wire.hpp"

namespace troupe::storage {

std::optional<row> memory_store::get(slot in, std::string_view key) const {
  auto found = now_.rows.find(key_of_row{in, key});
  if (found == now_.rows.end())
    return std::nullopt;
  return found->second;
}

void memory_store::scan(slot in, std::string_view from, const row_visitor& visit) const {
  auto i = now_.rows.lower_bound(key_of_row{in, from});
  while (i != now_.rows.end() && i->first.first == in
         && visit(i->first.second, i->second))
    ++i;
}

std::unique_ptr<row_view> memory_store::snapshot() const {
  auto result = std::make_unique<memory_store>();
  result->now_.rows = now_.rows;
  return result;
}

expected<applied_state> memory_store::load() {
  auto result = now_.applied;
  for (const auto& [client, row] : now_.clients)
    result.dedup.restore(client, row);
  for (const auto& [node, row] : now_.nodes)
    result.dedup.restore(node, row);
  return result;
}

error memory_store::apply(const apply_batch& batch) {
  for (const auto& x : batch.records) {
    TROUPE_ASSERT(x->at.seq == now_.applied.at.seq.next());
    apply_one(*x);
    now_.applied.at = x->at;
  }
  for (const auto& [client, row] : batch.dedup.clients) {
    if (row)
      now_.clients.insert_or_assign(client, *row);
    else
      now_.clients.erase(client);
  }
  for (const auto& [node, row] : batch.dedup.nodes)
    now_.nodes.insert_or_assign(node, row);
  return {};
}

void memory_store::apply_one(const record& x) {
  auto bytes = encode_record(x);
  // Two crcs of different beginnings: 64 bits of which no two histories share all.
  auto low = crc32c(bytes, static_cast<std::uint32_t>(now_.digest));
  auto high = crc32c(bytes, static_cast<std::uint32_t>(now_.digest >> 32) ^ 0x5bd1e995U);
  now_.digest = std::uint64_t{high} << 32 | low;

  if (const auto* config = std::get_if<shard_config>(&x.payload))
    now_.applied.config = *config;
  if (const auto* own = std::get_if<slot_own_record>(&x.payload))
    now_.applied.slots.insert(
      now_.applied.slots.end(), own->slots.begin(), own->slots.end());
  const auto* write = std::get_if<write_record>(&x.payload);
  if (write == nullptr)
    return;
  for (const auto& e : write->effects) {
    auto key = key_of_row{write->in, e.key};
    if (e.value)
      now_.rows.insert_or_assign(std::move(key), *e.value);
    else
      now_.rows.erase(key);
  }
}

expected<position> memory_store::flush() {
  flushed_ = now_;
  return flushed_.applied.at;
}

} // namespace troupe::storage
