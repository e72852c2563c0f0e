/// The shards of a cluster, put together from what its nodes say of their replicas.
///
/// Epoch and master come from one replica's word, and so do the positions that its slaves
/// have reached; what the slaves say of themselves fills in what a master does not know.
#pragma once

#include "actors/base/ids.hpp"
#include "apps/node/admin.hpp"
#include "storage/replica_status.hpp"

#include <map>
#include <vector>

namespace troupe::apps {

/// Of one node: what it holds.
struct node_shards {
  node_id node;
  std::vector<storage::replica_status> replicas;
};

/// Ascending by shard, and by replica. A shard whose nodes are all silent is missing.
/// @param names of the nodes; others are shown by their id.
[[nodiscard]] std::vector<shard_row> compose_shards(
  const std::vector<node_shards>& said, const std::map<node_id, node_name>& names);

} // namespace troupe::apps
