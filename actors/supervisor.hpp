/// Decides when the children of a supervisor are started, stopped, restarted, given up.
///
/// Pure: the caller reports what happened and performs the output. One instance serves
/// one supervisor and is not thread-safe.
///
/// Children start in order, one after the other, and stop in reverse order, each only
/// when the one before it has ended: a child may rely on those before it. No child is
/// started while its former self, or one that must restart with it, has not ended. A
/// child that ends although it should not is restarted after a backoff. When that happens
/// too often within a window, the supervisor stops all children and ends with an error,
/// so that its own supervisor acts.
///
/// Invariants: at most one child is being stopped and one being started; once `ended`
/// was told, nothing else is.
/// Cost: O(children^2) per event; a supervisor has tens of children.
/// Source: Erlang/OTP's supervisor behaviour; the backoff is ours, OTP restarts at once.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "actors/supervisor_config.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

enum class child_state {
  waiting, ///< For its turn or its backoff.
  running,
  stopping, ///< Asked to end.
  killed,   ///< Past its shutdown deadline.
  stuck,    ///< Has not even ended when killed: a handler never returned.
  ended,    ///< For good.
};

[[nodiscard]] std::string_view to_string(child_state x);

struct child_status {
  child_rule rule;
  child_state state = child_state::waiting;
  bool silent = false;      ///< Did not answer the watchdog's last ping.
  std::size_t restarts = 0; ///< Starts tried after the first.
};

class supervisor {
public:
  /// What the caller must do, in this order.
  struct output {
    std::vector<std::string> stuck;     ///< Log: does not answer, or not end.
    std::vector<std::string> recovered; ///< Log: answers again.
    std::vector<std::string> pings;     ///< Ping; report each answer to `answered`.
    std::vector<std::string> kills;     ///< End for good.
    std::optional<std::string> stop;    ///< Ask to end.
    /// Start, then report to `started` or `start_failed`.
    std::optional<std::string> start;
    /// The supervisor is over: end with this; none after a shutdown.
    std::optional<error> ended;
  };

  /// @pre The names differ; `config` is valid.
  supervisor(
    std::string name, supervisor_config config, const std::vector<child_rule>& children);

  /// Starts the children. Call it once, first.
  [[nodiscard]] output start(time_point now);

  /// The child that `output::start` named runs.
  [[nodiscard]] output started(std::string_view name, time_point now);

  /// It could not be started, which counts like an end with an error. Children whose turn
  /// comes after it wait.
  [[nodiscard]] output
  start_failed(std::string_view name, const error& reason, time_point now);

  /// A child has ended, whether it was asked to or not; `normal` if with no trouble.
  [[nodiscard]] output
  child_down(std::string_view name, const error& reason, bool normal, time_point now);

  /// A child has answered a ping. Ignored when it is not running.
  [[nodiscard]] output answered(std::string_view name, time_point now);

  /// Stops all children and ends. A repeat changes nothing.
  [[nodiscard]] output shutdown(time_point now);

  /// Adds a child at the end and starts it. Fails with ec::already_exists when there is
  /// one of that name, with ec::stopping when the supervisor is ending.
  [[nodiscard]] expected<output> add(child_rule rule, time_point now);

  /// Stops a child and forgets it once it has ended. Fails with ec::not_found when there
  /// is none.
  [[nodiscard]] expected<output> remove(std::string_view name, time_point now);

  /// Lets time pass; call it at `next_due`. Too early changes nothing.
  [[nodiscard]] output tick(time_point now);

  /// When `tick` has something to do, or null.
  [[nodiscard]] std::optional<time_point> next_due() const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// All children in start order.
  [[nodiscard]] std::vector<child_status> children() const;

  /// The child of that name, or null.
  [[nodiscard]] const child_status* find(std::string_view name) const;

private:
  enum class phase { running, stopping, ended };

  struct child : child_status {
    bool unwanted = false; // Runs, but is to be stopped.
    child_state after_stop = child_state::waiting;
    bool removed = false;    // Forgotten once it has ended.
    bool tried = false;      // To start, once.
    bool pinged = false;     // And has not answered.
    std::uint64_t batch = 0; // Those of one batch start in order, after all have ended.
    duration backoff{};
    time_point due = time_point::min(); // Earliest next start.
    time_point deadline;                // When it is killed, or stuck.
    time_point up;                      // Since when it runs.
    time_point ping_due;
  };

  child* look_up(std::string_view name);
  void fail_child(child& x, const error& reason, time_point now);
  bool too_often(time_point now);
  void raise_backoff(child& x, time_point now) const;
  void restart_with(child& failed, time_point due);
  static void put_down(child& x, child_state after);
  void end_all(error verdict);
  void forget_removed();
  void check_deadlines(output& out, time_point now);
  void watch(output& out, time_point now);
  void stop_next(output& out, time_point now);
  void start_next(output& out, time_point now);
  [[nodiscard]] bool unblocked(const child& x) const;
  output proceed(time_point now);

  std::string name_;
  supervisor_config config_;
  std::vector<child> children_; // In start order.
  std::deque<time_point> restarts_;
  phase phase_ = phase::running;
  error verdict_;
  std::uint64_t last_batch_ = 0;
  bool starting_ = false; // One was named in `output::start`, and is not reported.
};

} // namespace troupe::actors
