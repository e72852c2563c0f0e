/// Sizes, paces and faults of one run of whole nodes.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/simulation.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::lab {

/// Drawn from its seed where the request leaves them open.
struct world_options {
  std::size_t node_count = 3;
  std::size_t shard_count = 1;
  std::size_t replica_count = 3;
  std::size_t client_count = 4;
  duration latency_max{}; ///< Between two machines.
  double lease_read_ratio = 0.5;
  std::vector<std::string> knobs;       ///< Turned to an edge.
  std::vector<std::string> fault_kinds; ///< Switched on.
  fault_plan plan;
};

/// Whether the request's sizes fit each other; ec::invalid_argument with what to change.
[[nodiscard]] error check_sizes(const sim_request& request);

/// @pre `check_sizes(request)` is none.
[[nodiscard]] world_options draw_options(const sim_request& request);

} // namespace troupe::lab
