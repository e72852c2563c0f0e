/// Where the data router pins its latest snapshot, for those on other threads: doors.
///
/// A door compares `version()` on every turn of its loop, which costs one atomic load,
/// and reads the snapshot when it is new. One that sleeps is woken by its watcher.
/// Thread-safe.
#pragma once

#include "router/data/messages.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe::router {

/// Told of every new snapshot, from the data router's thread; must not block, and must
/// not call the board.
class data_watcher {
public:
  data_watcher() = default;
  data_watcher(const data_watcher&) = delete;
  data_watcher& operator=(const data_watcher&) = delete;
  virtual ~data_watcher() = default;

  virtual void changed(const data_snapshot_ptr& now) = 0;
};

class data_board {
public:
  data_board() = default;
  data_board(const data_board&) = delete;
  data_board& operator=(const data_board&) = delete;

  /// Of the latest snapshot. It may be one behind for a moment.
  [[nodiscard]] std::uint64_t version() const noexcept {
    return version_.load(std::memory_order_acquire);
  }

  /// Never null.
  [[nodiscard]] data_snapshot_ptr read() const;

  /// Tells `watcher` of all snapshots from now on, for as long as it lives.
  void watch(std::weak_ptr<data_watcher> watcher);

  /// @pre its version is above that of the one before.
  void publish(const data_snapshot_ptr& next);

  /// Forgets the snapshot: handles of actors must not outlive the engine.
  void clear();

private:
  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex mutex_;
  data_snapshot_ptr latest_ = std::make_shared<data_snapshot>();
  std::vector<std::weak_ptr<data_watcher>> watchers_;
};

} // namespace troupe::router
