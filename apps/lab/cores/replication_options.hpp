/// What one simulated run of a shard group is like: drawn from its seed.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/simulation.hpp"
#include "storage/shard_config.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::lab {

struct replication_options {
  std::uint64_t seed = 0;
  std::size_t replica_count = 3;
  std::size_t client_count = 4;
  storage::shard_timing timing{};
  duration length = std::chrono::seconds{20}; ///< With faults on.

  // Clients.
  duration think_max = std::chrono::milliseconds{80};
  double lease_read_ratio = 0.5; ///< Of the reads; the others are by read index.
  double weak_write_ratio = 0;   ///< Writes in async or semi, to keys of their own.

  /// That clients meet at. At few, the writes that a master could not commit keep its
  /// reads waiting; at many, nobody looks at what another wrote.
  std::size_t key_count = 3;

  bool tiny_batches = false; ///< Small segments, batches, credit and memory.
  bool one_by_one = false;   ///< A Ship holds one record, and waits for the last one's.

  std::vector<std::string> fault_kinds{}; ///< Switched on.
  fault_plan plan{};
};

/// All that a seed decides, and what the request decides in its place: a random subset of
/// the faults, their plan, the sizes.
[[nodiscard]] replication_options expand(const sim_request& request);

/// "name = value" for each.
[[nodiscard]] std::vector<std::string> describe(const replication_options& x);

} // namespace troupe::lab
