/// The small durable things of a replica beside its log.
#pragma once

#include "actors/base/ids.hpp"

#include <cstdint>
#include <optional>

namespace troupe::storage {

/// What a replica must not forget before it may speak again.
struct hard_state {
  epoch at;
  std::optional<replica_id> voted_for;

  friend bool operator==(const hard_state&, const hard_state&) = default;
};

/// Whose data a directory holds. Written once.
struct identity {
  cluster_id cluster;
  shard_id shard;
  replica_id replica;

  friend bool operator==(const identity&, const identity&) = default;
};

} // namespace troupe::storage
