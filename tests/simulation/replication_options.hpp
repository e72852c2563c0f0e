/// What one simulated run of a shard group is like: drawn from its seed.
#pragma once

#include "actors/base/time.hpp"
#include "storage/shard_config.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace troupe::test {

struct replication_options {
  std::uint64_t seed = 0;
  std::size_t replica_count = 3;
  std::size_t client_count = 4;
  storage::shard_timing timing;
  duration length = std::chrono::seconds{20}; ///< With faults on.

  // Clients.
  duration think_max = std::chrono::milliseconds{80};
  double lease_read_ratio = 0.5; ///< Of the reads; the others are by read index.
  double weak_write_ratio = 0;   ///< Writes in async or semi, to keys of their own.

  // The network between replicas.
  double loss_ratio = 0;
  double duplicate_ratio = 0;
  duration delay_max = std::chrono::milliseconds{3};
  double late_ratio = 0; ///< Messages that arrive up to `late_max` later.
  duration late_max = std::chrono::milliseconds{1'500};

  // Faults, each switched on or off for the run.
  bool partitions = false;
  bool one_way_cuts = false;
  bool process_crashes = false;
  bool power_losses = false;
  bool crashes_inside_writes = false;
  bool blackouts = false; ///< All lose power at once.
  bool pauses = false;
  bool slow_disks = false;
  bool transfers = false;
  bool coups = false;      ///< A master loses links as soon as it is elected.
  bool usurpers = false;   ///< One slave loses the master, another its memory.
  bool late_votes = false; ///< What elections are made of is late, half of the time.
  bool hints = false;
  bool damage = false; ///< One replica's disk: a flipped bit, lost files, or wiped.
  bool drifting_clocks = false;
  bool unasked_ships = false; ///< Masters ship parts of their logs that nobody asked for.
  bool tiny_batches = false;  ///< Small segments, batches, credit and memory.
  bool one_by_one = false;    ///< A Ship holds one record, and waits for the last one's.
  duration between_faults = std::chrono::milliseconds{900};

  friend bool operator==(const replication_options&, const replication_options&)
    = default;
};

/// A random subset of all faults, switched off seed by seed: what one fault hides another
/// run shows (swarm testing).
[[nodiscard]] replication_options expand(std::uint64_t seed);

[[nodiscard]] std::string to_string(const replication_options& x);

} // namespace troupe::test
