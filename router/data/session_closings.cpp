#include "router/data/session_closings.hpp"

namespace troupe::router {

std::vector<shard_id>
session_closings::due(const data_map& map, std::uint64_t version) const {
  auto result = std::vector<shard_id>{};
  for (const auto& [shard, route] : map.shards()) {
    auto heard = confirmed_.find(shard);
    if (
      route.master
      && (heard == confirmed_.end() || heard->second != word{route.at, version}))
      result.push_back(shard);
  }
  return result;
}

} // namespace troupe::router
