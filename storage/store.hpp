/// The applied state of a replica, behind an interface.
///
/// Only committed records reach it, on the master too, so nothing in it is ever taken
/// back. Its write-ahead log is the shard's log: `apply` need not be durable, but
/// whatever a crash leaves must be the state after some applied batch, position included.
#pragma once

#include "actors/base/error.hpp"
#include "storage/dedup.hpp"
#include "storage/evaluator.hpp"

#include <memory>
#include <vector>

namespace troupe::storage {

/// Committed records in order, with what they change in the deduplication table. One
/// atomic write.
struct apply_batch {
  std::vector<record_ptr> records;
  dedup_changes dedup;

  [[nodiscard]] position last() const { return records.back()->at; }
};

/// Of its records, as `bytes_of` them.
[[nodiscard]] inline std::size_t bytes_of(const apply_batch& x) {
  auto result = std::size_t{0};
  for (const auto& record : x.records)
    result += bytes_of(*record);
  return result;
}

/// What a store knows when it is opened.
struct applied_state {
  position at;         ///< {0, 0} when nothing was applied yet.
  shard_config config; ///< Of the last CONFIG up to `at`.
  std::vector<slot_range> slots;
  dedup_table dedup;
};

/// Reading, and `flush`, may go on in other threads beside everything; changes come from
/// one thread at a time.
class store : public row_view {
public:
  /// What can be read now, as it is now: later batches do not show in it. The store
  /// outlives it.
  [[nodiscard]] virtual std::unique_ptr<row_view> snapshot() const = 0;

  /// What a crash has left of the batches applied.
  [[nodiscard]] virtual expected<applied_state> load() = 0;

  /// Takes the batch in; readers see all of it or nothing.
  /// @pre its first record follows the last one applied.
  [[nodiscard]] virtual error apply(const apply_batch& batch) = 0;

  /// Makes what was applied durable, and returns its position.
  [[nodiscard]] virtual expected<position> flush() = 0;
};

} // namespace troupe::storage
