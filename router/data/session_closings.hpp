/// Which masters have not heard yet which sessions of this node are closed.
///
/// A word to a master is cumulative and may be lost with its mastership, so it is said
/// again to each new master, and whenever something was closed since. Pure.
#pragma once

#include "router/data/data_map.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace troupe::router {

class session_closings {
public:
  /// The shards whose masters have not confirmed what `version` of the session book says.
  [[nodiscard]] std::vector<shard_id>
  due(const data_map& map, std::uint64_t version) const;

  /// The master of `shard`, of epoch `at`, is being told `version`. Returns the telling's
  /// own number, for `confirmed`.
  [[nodiscard]] std::uint64_t told(shard_id shard, epoch at, std::uint64_t version);

  /// The master has taken in that telling. Ignored when it was told again since: who was
  /// told first may not be who was told last.
  void confirmed(shard_id shard, std::uint64_t number);

private:
  struct word {
    epoch at;
    std::uint64_t version = 0;

    friend bool operator==(const word&, const word&) = default;
  };
  struct telling {
    std::uint64_t number = 0;
    word what;
  };

  std::uint64_t last_number_ = 0;
  std::map<shard_id, telling> told_; // The last to each.
  std::map<shard_id, word> confirmed_;
};

} // namespace troupe::router
