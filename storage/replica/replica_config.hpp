/// Who a replica is, and the knobs that are its node's own (those that bind the whole
/// group are in its CONFIG record, `storage/shard_config.hpp`).
#pragma once

#include "storage/dedup.hpp"
#include "storage/hard_state.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::storage {

struct replica_config {
  identity who;

  /// The node's starts: tells this incarnation's messages from an earlier one's.
  troupe::incarnation incarnation{1};

  /// Everything random in the core follows from it.
  std::uint64_t seed = 0;

  /// A master whose own sync has not returned for so long hands over. Shorter reacts
  /// sooner to a dying disk and later forgives a busy one.
  duration disk_stall = std::chrono::seconds{2};

  /// Records in one Ship. Larger costs latency behind it, smaller costs messages.
  std::size_t batch_bytes = std::size_t{256} << 10;

  /// What a master may have under way to this slave beyond its acknowledgements.
  std::size_t credit_bytes = std::size_t{4} << 20;

  /// Uncommitted records in the log beyond which writes are told Busy: what async
  /// writes can lose at most, and what a slow majority can cost in memory.
  std::size_t uncommitted_bytes_max = std::size_t{64} << 20;

  /// Applied records kept in memory for slaves that lag a little.
  std::size_t tail_bytes = std::size_t{8} << 20;

  /// Records applied in one batch of the store.
  std::size_t apply_bytes_max = std::size_t{1} << 20;

  /// Writes and reads that may wait for a new master's first commit, each.
  std::size_t waiting_count_max = 4'096;

  /// Replies of reads that wait to be confirmed, beyond which reads are told Busy. A
  /// single reply may exceed it. Bounds what many reads of large values cost at one time.
  std::size_t reading_bytes_max = std::size_t{64} << 20;

  dedup_limits dedup;
};

} // namespace troupe::storage
