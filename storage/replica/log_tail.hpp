/// What a core knows of its log without reading it: which epoch wrote what, the CONFIG in
/// force, and the newest records themselves.
///
/// Records that are not applied yet are always here; applied ones stay, newest first, as
/// long as they fit, so that slaves that keep up are served from memory.
#pragma once

#include "storage/epoch_history.hpp"
#include "storage/record.hpp"

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace troupe::storage {

class log_tail {
public:
  log_tail() = default;

  /// `config` is in force before the first of `records`, which end at `history.end()`.
  log_tail(
    epoch_history history, shard_config config, const std::vector<record_ptr>& records);

  [[nodiscard]] const epoch_history& history() const { return history_; }
  [[nodiscard]] position base() const { return history_.base(); }
  [[nodiscard]] position end() const { return history_.end(); }
  [[nodiscard]] std::optional<epoch> epoch_at(lsn seq) const {
    return history_.epoch_at(seq);
  }
  [[nodiscard]] bool has(position record) const { return history_.has(record); }

  /// The position of a record that the log holds.
  [[nodiscard]] position position_of(lsn seq) const { return {*epoch_at(seq), seq}; }

  /// The last CONFIG in the log: it counts from its append on, and is taken back when it
  /// is cut off.
  [[nodiscard]] const shard_config& config() const { return configs_.back().second; }
  [[nodiscard]] lsn config_lsn() const { return configs_.back().first; }

  void append(const record_ptr& next);

  /// @pre no record up to `last` is cut.
  void truncate_after(lsn last);

  /// The record, or null when only the disk has it.
  [[nodiscard]] const record_ptr* find(lsn seq) const;

  /// Drops applied records, oldest first, until the rest fits.
  void evict(lsn applied, std::size_t bytes_max);

  /// Notes that the log's file begins behind `last` now.
  void release_to(lsn last) { history_.release_to(last); }

  /// Bytes of the records behind `after`, all of which must be here.
  [[nodiscard]] std::size_t bytes_after(lsn after) const;

private:
  struct entry {
    record_ptr what;
    std::size_t bytes_before = 0; ///< Of all records ever appended before it.
  };

  epoch_history history_;
  std::deque<entry> records_;
  std::size_t bytes_total_ = 0;
  std::vector<std::pair<lsn, shard_config>> configs_{{}};
};

} // namespace troupe::storage
