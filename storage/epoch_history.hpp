/// Which epoch wrote which part of a log, in as many entries as there were epochs.
///
/// Serves three questions without reading the log: the epoch of a record, whether two
/// logs hold the same record, and where two logs part. By the rule that one epoch has one
/// master and a master only appends, two logs that hold a record of one epoch agree on
/// all up to it, so that the histories alone tell where they part: one round trip, no
/// probing. Source: Kafka's leader epochs (KIP-101, KIP-279).
///
/// Cost: O(log epochs); the comparison of two is O(epochs).
#pragma once

#include "storage/position.hpp"

#include <optional>
#include <span>
#include <vector>

namespace troupe::storage {

/// The first record of an epoch in a log.
struct epoch_start {
  epoch at;
  lsn first;

  friend bool operator==(const epoch_start&, const epoch_start&) = default;
};

class epoch_history {
public:
  /// The history of a log whose last record before its beginning is `base`.
  explicit epoch_history(position base) : base_{base}, end_{base} {}

  /// That of a log which has all its records.
  epoch_history() = default;

  /// The last record before the log's beginning; {0, 0} when it has them all.
  [[nodiscard]] position base() const { return base_; }

  /// The last record.
  [[nodiscard]] position end() const { return end_; }

  /// Notes the records behind the last, up to `last`, all of its epoch.
  /// @pre there is at least one, and the epoch is not older than the last one's.
  void append(position last);

  /// Forgets all records behind `last`.
  /// @pre base().seq <= last <= end().seq.
  void truncate_after(lsn last);

  /// Forgets the records up to `new_base`: their segments are gone.
  /// @pre base().seq <= new_base <= end().seq.
  void release_to(lsn new_base);

  /// The epoch of a record; none when it lies before `base` or behind `end`.
  [[nodiscard]] std::optional<epoch> epoch_at(lsn seq) const;

  /// Whether the log holds this very record, or begins right behind it.
  [[nodiscard]] bool has(position record) const {
    return epoch_at(record.seq) == record.at;
  }

  /// The entries from the one that covers `seq` on: what a slave sends so that its master
  /// can tell where the logs part. All records up to a commit are in every later master's
  /// log, so nothing before the commit is needed.
  [[nodiscard]] std::vector<epoch_start> tail_from(lsn seq) const;

private:
  position base_;
  position end_;
  std::vector<epoch_start> starts_; // Ascending in both fields.
};

/// Where the log described by (`slave`, `slave_end`) parts from `master`'s: the last
/// record that both hold, as far as the histories tell; {0, 0} when they share no epoch.
[[nodiscard]] position common(
  std::span<const epoch_start> slave, position slave_end, const epoch_history& master);

} // namespace troupe::storage
