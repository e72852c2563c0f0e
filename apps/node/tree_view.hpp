/// The supervision tree as people see it: with what two of its actors hold, this node's
/// replicas and its links, which supervise nothing and so are no branches by themselves.
#pragma once

#include "actors/messages.hpp"
#include "cluster/messages.hpp"
#include "storage/replica_status.hpp"

#include <vector>

namespace troupe::apps {

/// Names of the children of the root that get branches.
inline constexpr auto shards_child = "shards";
inline constexpr auto links_child = "links";

/// `root` with each replica, ascending by shard and with its role as state, below its
/// child `shards`, and each link to a node, `up` or `down`, below `links`.
[[nodiscard]] actors::tree_node grow_tree(
  actors::tree_node root, std::vector<storage::replica_status> replicas,
  const std::vector<cluster::link_summary>& links);

} // namespace troupe::apps
