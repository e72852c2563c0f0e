/// The shards of a cluster, put together from what its nodes say of their replicas.
///
/// Epoch and master come from one replica's word, and so do the positions that its slaves
/// have reached; what the slaves say of themselves fills in what a master does not know.
/// A shard without a master has the replicas that are placed, with what each says of
/// itself.
#pragma once

#include "actors/base/ids.hpp"
#include "apps/node/admin.hpp"
#include "cluster/member.hpp"
#include "storage/placement.hpp"
#include "storage/replica_status.hpp"

#include <vector>

namespace troupe::apps {

/// Of one node: what it holds.
struct node_shards {
  node_id node;
  std::vector<storage::replica_status> replicas;
};

/// What is known of all shards.
struct shards_facts {
  std::vector<node_shards> said;
  std::vector<storage::placement> placed; ///< Each shard once.
  storage::slot_map slots;
  std::vector<cluster::member> members; ///< Other nodes are shown by their id.
};

/// Ascending by shard, and by replica. A shard that is neither placed nor spoken of is
/// missing.
[[nodiscard]] std::vector<shard_row> compose_shards(const shards_facts& x);

} // namespace troupe::apps
