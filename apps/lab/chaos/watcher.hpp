/// Asks every node, all the time, whom it sees: the member states of a run's picture.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/chaos/run_clock.hpp"
#include "apps/local/layout.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace troupe::lab {

/// What `observer` says of `subject` from then on: alive, suspect, dead, left. Of itself:
/// its phase; or "silent" while it does not answer.
struct member_sample {
  duration at{};
  std::string observer;
  std::string subject;
  std::string state;
};

class watcher {
public:
  /// Begins, with a thread for each of `nodes`.
  watcher(const std::vector<apps::local_node>& nodes, const run_clock& clock);
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;
  ~watcher();

  /// Ends; returns all changes, by time.
  [[nodiscard]] std::vector<member_sample> stop();

private:
  class observer;

  std::atomic<bool> stopping_ = false;
  std::vector<std::unique_ptr<observer>> observers_;
  std::vector<std::thread> threads_;
};

} // namespace troupe::lab
