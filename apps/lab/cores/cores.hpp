/// The simulator of `troupe sim --cores-only`: the replicas of one shard as bare cores,
/// over a simulated disk, under all that a network, a disk and a clock can do.
#pragma once

#include "apps/lab/simulation.hpp"

namespace troupe::lab {

[[nodiscard]] simulator make_cores_simulator();

} // namespace troupe::lab
