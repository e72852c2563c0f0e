#include "router/data/data_map.hpp"

#include "actors/base/assert.hpp"

#include <utility>

namespace troupe::router {

data_map::data_map(
  std::uint64_t version, storage::slot_map slots, std::map<shard_id, shard_route> shards,
  std::map<node_id, data_node> nodes)
    : version_{version}, slots_{std::move(slots)},
      by_slot_(storage::slot_count), shards_{std::move(shards)}, nodes_{
                                                                   std::move(nodes)} {
  auto next = std::size_t{0}; // No range may begin before it.
  for (const auto& [range, shard] : slots_.ranges) {
    TROUPE_ASSERT(next <= range.first.value() && range.first <= range.last);
    next = std::size_t{range.last.value()} + 1;
    TROUPE_ASSERT(next <= storage::slot_count);
    for (auto i = std::size_t{range.first.value()}; i < next; ++i)
      by_slot_[i] = shard.value();
  }
}

std::optional<shard_id> data_map::shard_of(slot in) const {
  TROUPE_ASSERT(in.value() < storage::slot_count);
  if (by_slot_.empty() || by_slot_[in.value()] == storage::catalog_shard.value())
    return std::nullopt;
  return shard_id{by_slot_[in.value()]};
}

const shard_route* data_map::find(shard_id shard) const {
  auto found = shards_.find(shard);
  return found == shards_.end() ? nullptr : &found->second;
}

std::optional<node_id> data_map::master_of(shard_id shard) const {
  const auto* route = find(shard);
  return route == nullptr ? std::nullopt : route->master;
}

std::vector<storage::slot_range> data_map::slots_of(shard_id shard) const {
  auto result = std::vector<storage::slot_range>{};
  for (const auto& range : slots_.ranges)
    if (range.shard == shard)
      result.push_back(range.slots);
  return result;
}

} // namespace troupe::router
