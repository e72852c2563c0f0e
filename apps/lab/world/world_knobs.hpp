/// Settings at their edges, some in each run: tiny windows, batches and gossip reach code
/// that the defaults reach once in a day.
///
/// Source: BUGGIFY of FoundationDB, "Testing Distributed Systems w/ Deterministic
/// Simulation" (Wilson, 2014).
#pragma once

#include "actors/base/random.hpp"
#include "apps/node/node_config.hpp"

#include <string>
#include <vector>

namespace troupe::lab {

/// The names of those that are turned in a run, each with a chance of one in four.
[[nodiscard]] std::vector<std::string> draw_knobs(random_source& random);

/// Turns them, for each node of the run. What results is valid.
void turn_knobs(const std::vector<std::string>& names, apps::node_config& config);

} // namespace troupe::lab
