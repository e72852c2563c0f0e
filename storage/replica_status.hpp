/// What people are told of a replica.
#pragma once

#include "storage/replica/replica.hpp"

#include <optional>
#include <vector>

namespace troupe::storage {

/// A replica as its shard's master sees it.
struct peer_status {
  replica_id replica;
  node_id node;
  replica_role role = replica_role::slave;
  bool voter = false;
  lsn durable;
  lsn applied;
  bool heard = false; ///< In this epoch.
};

/// Who is master in an epoch: a replica that has heard its Beat knows, whether or not the
/// master has committed anything yet. At most one node is, so whoever says it is right.
struct shard_master {
  epoch at;
  node_id node;
  troupe::incarnation incarnation;

  friend bool operator==(const shard_master&, const shard_master&) = default;
};

/// A replica as it sees itself.
struct replica_status {
  shard_id shard;
  replica_id replica;
  epoch at;
  replica_role role = replica_role::slave;
  bool announced = false; ///< Master, and its epoch's first record is committed.
  bool quarantined = false;
  std::optional<replica_id> master;    ///< As far as it knows.
  std::optional<shard_master> follows; ///< The same, with its node; itself, as master.
  lsn end;
  lsn durable;
  lsn commit;
  lsn applied;
  std::vector<slot_range> slots;
  std::vector<peer_status> peers; ///< All members; only from a master.
};

[[nodiscard]] replica_status status_of(const replica& x);

/// None while the replica knows no master in its epoch.
[[nodiscard]] std::optional<shard_master> master_known_to(const replica& x);

} // namespace troupe::storage
