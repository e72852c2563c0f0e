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

std::uint64_t session_closings::told(shard_id shard, epoch at, std::uint64_t version) {
  told_[shard] = {++last_number_, {at, version}};
  return last_number_;
}

void session_closings::confirmed(shard_id shard, std::uint64_t number) {
  auto last = told_.find(shard);
  if (last != told_.end() && last->second.number == number)
    confirmed_[shard] = last->second.what;
}

} // namespace troupe::router
