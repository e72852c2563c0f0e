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

/// A replica as it sees itself.
struct replica_status {
  shard_id shard;
  replica_id replica;
  epoch at;
  replica_role role = replica_role::slave;
  bool announced = false; ///< Master, and its epoch's first record is committed.
  bool quarantined = false;
  std::optional<replica_id> master; ///< As far as it knows.
  lsn end;
  lsn durable;
  lsn commit;
  lsn applied;
  std::vector<slot_range> slots;
  std::vector<peer_status> peers; ///< All members; only from a master.
};

[[nodiscard]] replica_status status_of(const replica& x);

} // namespace troupe::storage
