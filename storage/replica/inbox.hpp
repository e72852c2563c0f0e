/// Where messages arrive: who may speak, and how older and newer epochs are met. The one
/// place that decides it.
#pragma once

#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

/// Takes in one message. Those for another cluster, shard, replica or incarnation, from
/// nobody in the config, or to a replica in quarantine are dropped; an older epoch is
/// answered with `stale`; a newer one is adopted, except a pre-vote's, and a vote's while
/// sticky.
void receive(turn& t, const message& m);

} // namespace troupe::storage
