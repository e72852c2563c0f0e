/// Whether the nodes of a cluster are one cluster, and what is missing.
#pragma once

#include "apps/node/admin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::apps {

/// What one node said. Nothing was heard of a node without a status.
struct node_view {
  std::string name;
  std::optional<status_reply> status;
  std::vector<member_row> members; ///< Empty: not asked yet.
};

/// What `x` lacks to be ready itself, as a sentence ("n3 does not answer", "n3 is
/// joining"); empty when nothing.
[[nodiscard]] std::string missing_in(const node_view& x);

/// What the shards lack, by one node's word, so that each key has a master; empty when
/// nothing. The catalog is one more than `shard_count`.
[[nodiscard]] std::string
missing_in_shards(const shards_reply& x, std::uint32_t shard_count);

/// Two nodes of different clusters, which no waiting mends, as a sentence with the
/// remedy; empty when there are none.
[[nodiscard]] std::string foreign_among(const std::vector<node_view>& nodes);

/// What the nodes lack to be one cluster in which each sees all others alive, in the very
/// lives that answered; empty when nothing.
[[nodiscard]] std::string missing_among(const std::vector<node_view>& nodes);

} // namespace troupe::apps
