/// One owner's versioned map, as one replica holds it: what is written to it, what
/// another replica lacks of it, and what a delta changes in it.
///
/// A value, not thread-safe. With v the version it stands at: of every key whose newest
/// write is at most v, that write is here, unless it is a tombstone at or before `floor`.
/// It never goes back. Cost: O(log entries) a write, O(entries sent) a delta.
/// Source: Scuttlebutt, section 3 (versioned state, version order within an owner).
#pragma once

#include "actors/base/time.hpp"
#include "registry/sync.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace troupe::registry {

/// How a delta met the state it was merged into.
enum class verdict : std::uint8_t {
  merged, ///< It brought something.
  old,    ///< All of it was known.
  gap,    ///< It starts after what is here: ask the sender by a digest.
};

struct merge_result {
  verdict what{};
  std::vector<entry_key> changed; ///< Keys that may read differently now.
};

class owner_table {
public:
  struct record {
    version written;
    std::optional<byte_buffer> value; ///< None: a tombstone.
    time_point since;                 ///< When this replica took it in.

    [[nodiscard]] bool live() const { return value.has_value(); }
  };

  /// An empty map that stands at `start`.
  explicit owner_table(const owner_id& owner, version start = {})
      : owner_{owner}, current_{start} {}

  [[nodiscard]] const owner_id& owner() const { return owner_; }
  [[nodiscard]] version current() const { return current_; }
  /// The newest tombstone that was dropped: who stands before it needs a full delta.
  [[nodiscard]] version floor() const { return floor_; }
  [[nodiscard]] const std::map<entry_key, record>& records() const { return records_; }
  [[nodiscard]] const record* find(const entry_key& key) const;

  [[nodiscard]] std::size_t live_count() const {
    return records_.size() - tombstones_.size();
  }
  [[nodiscard]] std::size_t tombstone_count() const { return tombstones_.size(); }
  [[nodiscard]] std::size_t live_bytes() const { return live_bytes_; }
  [[nodiscard]] std::size_t bytes() const { return live_bytes_ + tombstone_bytes_; }

  /// Writes a value, or a tombstone when there is none, and stands at `at`.
  /// @pre `at` is after `current()`.
  void write(
    const entry_key& key, std::optional<byte_buffer> value, version at, time_point now);

  /// What a replica that stands at `have` lacks, in at most `bytes_max`; cut only between
  /// versions, and a full delta not at all. None when it lacks nothing or when not even
  /// one version fits.
  [[nodiscard]] std::optional<owner_delta>
  delta_since(version have, std::size_t bytes_max) const;

  /// Takes in what another replica has. Idempotent; ignores what is older; changes
  /// nothing on a gap.
  /// @pre `delta` is of this owner and `check_shape` finds nothing wrong with it.
  [[nodiscard]] merge_result merge(const owner_delta& delta, time_point now);

  /// Whether `delta` would replace everything here rather than add to it.
  [[nodiscard]] bool replaced_by(const owner_delta& delta) const;

  /// Drops the tombstones that were taken in at `until` or before.
  void drop_tombstones(time_point until);

  /// Drops the oldest tombstones until no more than `count_max` are left and `bytes()` is
  /// at most `bytes_max`, or none is left.
  void shrink(std::size_t count_max, std::size_t bytes_max);

  /// Stops the process when the two orders and the counters do not agree.
  void check_invariants() const;

private:
  struct stamped {
    version written;
    entry_key key;
    friend auto operator<=>(const stamped&, const stamped&) = default;
    friend bool operator==(const stamped&, const stamped&) = default;
  };

  [[nodiscard]] owner_delta full_delta() const;
  [[nodiscard]] std::optional<owner_delta>
  cut_delta(version from, std::size_t bytes_max) const;
  [[nodiscard]] entry entry_of(const stamped& x) const;
  void store(const entry_key& key, record value);
  void drop(const entry_key& key);
  void drop_oldest_tombstone();

  owner_id owner_;
  version current_;
  version floor_;
  std::map<entry_key, record> records_;
  std::set<stamped> by_version_; // Every record.
  std::set<stamped> tombstones_; // Those without a value.
  std::size_t live_bytes_ = 0;
  std::size_t tombstone_bytes_ = 0;
};

} // namespace troupe::registry
