/// The log of one replica: segments of framed batches in one directory.
///
/// Not thread-safe; `sync` may run on another thread while nothing else is called. Every
/// error of a change is fatal: the process must end (see `base/disk.hpp`), the next start
/// finds what was durable.
///
/// What is durable after a crash, and how a torn tail is told from damage, is in
/// docs/formats/shard-log.md. Segments hold the shard's only copy of a record until it is
/// applied and the store is flushed; `release` is the only thing that lets them go.
#pragma once

#include "storage/epoch_history.hpp"
#include "storage/log/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::storage {

struct shard_log_config {
  /// Length of a segment. Larger: fewer files and renames; smaller: space comes back
  /// sooner, and a truncation copies less.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;

  /// Segments that were let go and wait to be recycled. More than one only helps when
  /// several are filled between two syncs.
  std::size_t spare_count_max = 2;

  /// Largest payload of a frame. A crash loses a torn frame whole.
  std::size_t frame_bytes = std::size_t{256} << 10;
};

class shard_log {
public:
  /// Makes an empty log, durable, in an existing empty directory.
  [[nodiscard]] static error
  create(disk& files, const std::string& directory, const shard_log_config& config);

  /// Opens a log: scans it, cuts an unsynced tail off, makes the rest durable. Fails with
  /// `ec::corrupt` when something that was durable is damaged.
  /// `synced_hint` is HARD's: every record up to there was durable once.
  [[nodiscard]] static expected<std::unique_ptr<shard_log>> open(
    disk& files, std::string directory, const shard_log_config& config, lsn synced_hint);

  [[nodiscard]] const epoch_history& history() const { return history_; }
  [[nodiscard]] position base() const { return history_.base(); }
  [[nodiscard]] position end() const { return history_.end(); }

  /// Every record up to here is durable.
  [[nodiscard]] lsn durable() const { return durable_; }

  /// Writes `records` behind the end. Durable after `sync`.
  [[nodiscard]] error append(std::span<const record_ptr> records);

  /// Makes every record durable that was appended before the call.
  [[nodiscard]] error sync();

  /// Removes all records behind `last`; durable on return.
  /// @pre base().seq <= last <= end().seq, and no hint above `last` is in HARD.
  [[nodiscard]] error truncate_after(lsn last);

  /// Reads records from `first` on: at least one, then as long as they stay below
  /// `bytes_max`, at most to the end of its segment.
  /// Fails with `ec::not_found` when the log does not hold `first`: it was released or
  /// cut off since the caller heard of it.
  [[nodiscard]] expected<std::vector<record_ptr>>
  read(lsn first, std::size_t bytes_max) const;

  /// Lets go of the segments whose records are all at or below `last`, durably. The
  /// newest segment stays.
  [[nodiscard]] error release(lsn last);

private:
  shard_log(disk& files, std::string directory, const shard_log_config& config)
      : files_{&files}, directory_{std::move(directory)}, config_{config} {}

  [[nodiscard]] std::string path_of(const std::string& name) const {
    return directory_ + "/" + name;
  }
  [[nodiscard]] error recover(lsn synced_hint);
  [[nodiscard]] bool continues(const segment_scan& found) const;
  void adopt(segment next, const segment_scan& found);
  [[nodiscard]] error cut_tail(std::span<const segment_number> rest, std::uint64_t until);
  [[nodiscard]] error append_frame(std::span<const record_ptr> records);
  [[nodiscard]] error roll();
  [[nodiscard]] expected<std::unique_ptr<disk_file>> make_file(segment_number number);
  [[nodiscard]] error retire(segment_number number);
  [[nodiscard]] error rewrite_newest(lsn last);
  [[nodiscard]] expected<byte_buffer>
  bytes_of(const segment& x, std::uint64_t bytes_max) const;
  [[nodiscard]] error unreadable(segment_number number) const;
  [[nodiscard]] expected<byte_buffer>
  frame_at(const segment& in, std::uint64_t offset) const;

  disk* files_;
  std::string directory_;
  shard_log_config config_;
  epoch_history history_;
  lsn durable_;
  std::deque<segment> segments_;       // Ascending, never empty once open.
  std::vector<segment_number> spares_; // Files to recycle.
  segment_number next_number_{1};      // Above all that any file here ever had.
  std::size_t dirty_count_ = 0;        // So many newest segments have unsynced bytes.
  bool names_dirty_ = false;
};

} // namespace troupe::storage
