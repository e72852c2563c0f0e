/// The picture of a run: lanes over one axis of time.
#pragma once

#include "apps/lab/report/run_record.hpp"

#include <string>

namespace troupe::lab {

/// An element `svg`. From above: faults; each node, as it says of itself and as others
/// see it; each shard with its masters, a row for each node; operations in each 100 ms;
/// latencies.
[[nodiscard]] std::string draw_timeline(const run_record& x);

/// The colour of the node of that place in `run_record::nodes`.
[[nodiscard]] std::string colour_of_node(std::size_t place);

} // namespace troupe::lab
