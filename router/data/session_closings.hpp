/// Which masters have not heard yet which sessions of this node are closed.
///
/// A word to a master is cumulative and may be lost with its mastership, so it is said
/// again to each new master, and whenever something was closed since. Pure.
#pragma once

#include "router/data/data_map.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace troupe::router {

class session_closings {
public:
  /// The shards whose masters have not confirmed what `version` of the session book says.
  [[nodiscard]] std::vector<shard_id>
  due(const data_map& map, std::uint64_t version) const;

  /// The master of `shard`, of epoch `at`, is being told `version`.
  void told(shard_id shard, epoch at, std::uint64_t version) {
    told_[shard] = {at, version};
  }

  /// The master has taken in what it was told last.
  void confirmed(shard_id shard) { confirmed_[shard] = told_[shard]; }

private:
  using word = std::pair<epoch, std::uint64_t>;

  std::map<shard_id, word> told_;
  std::map<shard_id, word> confirmed_;
};

} // namespace troupe::router
