/// What an app's workload sees of a cluster of processes: real time, and calls over
/// links.
///
/// The workload's functions run one at a time, in the stage's own thread or in that of
/// whoever holds a `turn`.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/chaos/run_clock.hpp"
#include "apps/lab/workload.hpp"
#include "apps/local/layout.hpp"

#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::lab {

class live_stage final : public stage {
public:
  using turn = std::unique_lock<std::mutex>;

  /// `notes_file` is where `note` writes; the run goes on when it cannot be written.
  live_stage(
    const std::vector<apps::local_node>& nodes, random_source random,
    const run_clock& clock, const std::string& notes_file);
  ~live_stage() override;

  /// Returns when no function of the workload runs or will run any more.
  void end();

  /// While it is held no function of the workload runs but those that the holder calls.
  [[nodiscard]] turn take_turn() { return turn{turn_}; }

  [[nodiscard]] duration now() override { return clock_.now(); }
  void after(duration delay, std::function<void()> what) override;
  [[nodiscard]] random_source& random() override { return random_; }

  /// Through a node drawn, whether it lives or not: a client does not know either. Fails
  /// with ec::invalid_argument when the content is not JSON, which is what is carried
  /// from outside of the cluster.
  void
  call(const std::string& service, router::call_request what, call_ended done) override;
  void note(const std::string& kind, const std::string& what) override;

private:
  class caller;

  void run(const std::stop_token& stop);

  run_clock clock_;
  random_source random_;
  std::ofstream notes_;
  std::mutex turn_;  // Of the workload.
  std::mutex mutex_; // Of `due_`.
  std::condition_variable_any changed_;
  std::multimap<duration, std::function<void()>> due_;
  std::vector<std::unique_ptr<caller>> callers_; // By node.
  std::jthread thread_;                          // Last: it uses the others.
};

} // namespace troupe::lab
