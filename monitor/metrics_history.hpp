/// What a node counted and measured in each of the last minutes.
///
/// It is fed with snapshots of the node's metrics, one a minute, and keeps what was added
/// between two of them. Counters and histograms only: a gauge is a level, and has no
/// rate.
///
/// Pure: the caller supplies snapshots and time. Not thread-safe.
///
/// Invariants: the kept minutes follow one another without a gap; there are at most
/// `minutes_max`, and they hold at most `bytes_max`.
/// Cost: a metric that did not move in a minute costs nothing for it. `minute_ended` and
/// `window` are O(metrics), the latter times the minutes in which they moved.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/metrics.hpp"
#include "actors/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::monitor {

struct metrics_history_config {
  /// Complete minutes that are kept. More reach further back, and cost memory.
  std::size_t minutes_max = 60;

  /// Memory for what moved in them; the oldest minutes go first when it is short. A
  /// histogram that moves costs up to 5 KiB a minute, a counter some 50 bytes.
  std::size_t bytes_max = 64U << 20;

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

/// What was added to a metric within some time: events, or their distribution.
using metric_increase = std::variant<std::uint64_t, histogram_snapshot>;

/// The metrics of a window: it ends now.
struct metrics_window {
  struct row {
    std::string name;
    metric_labels labels;
    metric_increase added;
  };

  duration length{};
  std::vector<row> rows; ///< Ordered by name and labels; also those that did not move.
};

class metrics_history {
public:
  /// Begins the first minute. What `all` holds already belongs to none.
  /// @pre `config.validate()` is none.
  metrics_history(
    metrics_history_config config, const metrics_snapshot& all, time_point now);

  /// Ends the minute that runs, whatever its length was, and begins the next.
  /// @pre `all` is a later snapshot of the registry that all snapshots come from, as it
  /// is in `window`.
  void minute_ended(const metrics_snapshot& all, time_point now);

  /// What was added in the minute that runs and the `minute_count` complete ones before
  /// it, or as many as are kept.
  [[nodiscard]] metrics_window
  window(std::size_t minute_count, const metrics_snapshot& all, time_point now) const;

  [[nodiscard]] std::size_t minutes_count() const { return begins_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
  using series_key = std::pair<std::string, metric_labels>;

  struct minute_increase {
    std::uint64_t minute;
    metric_increase added;
  };

  struct series {
    metric_increase total; // When the minute that runs began.
    std::deque<minute_increase> minutes;
  };

  void drop_oldest();

  metrics_history_config config_;
  std::map<series_key, series> series_;
  std::deque<time_point> begins_; // Of the complete minutes.
  time_point running_since_;
  std::uint64_t running_ = 0; // The number of the minute that runs.
  std::size_t bytes_ = 0;
};

} // namespace troupe::monitor
