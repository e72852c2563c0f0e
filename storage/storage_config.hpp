/// The knobs of a node's shards.
///
/// Those of the first part are promises between replicas: the first founder's file says
/// them once, for all shards of the cluster and for good; a node whose file differs warns
/// and obeys what was founded. The others are each node's own.
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/error.hpp"
#include "storage/shard_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::storage {

struct storage_config {
  // -- fixed at founding

  /// Shards that the keys are spread over; the catalog is one more. More spread the load
  /// over more masters and cost a log, a store and Beats each.
  std::uint32_t shard_count = 4;

  /// Copies of each shard. 0: as many as there are founders, at most 3. 3 survive the
  /// loss of one node, 5 of two; each costs a write's bytes once more.
  std::uint32_t replica_count = 0;

  /// When a write is answered, unless it says otherwise itself.
  ack_mode ack = ack_mode::quorum;

  /// Time between two Beats of a master. Shorter finds a dead master sooner and costs
  /// replicas / beat messages per second and shard.
  std::chrono::milliseconds beat{100};

  /// T: silence after which a slave stands is drawn from [T, 2T]; a master that has not
  /// heard a majority for T refuses writes and steps down. At least 3 beats; on machines
  /// that stall, longer than the stalls.
  std::chrono::milliseconds election_timeout{1'000};

  /// L: for so long after a Beat a voter gives no vote, and its master reads alone.
  /// Longer rides out longer hiccups and delays a failover by as much. At most T; 0
  /// switches lease reads off: every read then costs a round of Beats.
  std::chrono::milliseconds lease{500};

  /// Largest difference of two nodes' clock rates, in percent, under which lease reads
  /// are linearizable. Larger wastes that share of each lease.
  std::uint32_t drift_percent = 10;

  // -- each node's own

  /// A master whose own disk has not synced for so long hands over. Shorter leaves a
  /// dying disk sooner, longer forgives a busy one.
  std::chrono::milliseconds disk_stall{2'000};

  /// Length of a segment of a shard's log. Larger: fewer files; smaller: space comes back
  /// sooner.
  std::size_t segment_bytes = std::size_t{64} << 20;

  /// Records in one message to a slave.
  std::size_t batch_bytes = std::size_t{256} << 10;

  /// What a master may have under way to a slave beyond its acknowledgements.
  std::size_t credit_bytes = std::size_t{4} << 20;

  /// Records that no majority has yet, beyond which writes are told to come again.
  /// Bounds the memory that a slow majority costs, and what `async` can lose.
  std::size_t uncommitted_bytes_max = std::size_t{64} << 20;

  /// Threads that sync the logs of one round. More help disks that sync in parallel.
  std::uint32_t sync_thread_count = 4;

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

/// The part that is fixed at founding.
[[nodiscard]] shard_timing timing_of(const storage_config& x);

/// Reads "async", "semi" or "quorum". Returns false, and leaves `result` alone, on
/// anything else.
[[nodiscard]] bool parse(std::string_view text, ack_mode& result);

} // namespace troupe::storage
