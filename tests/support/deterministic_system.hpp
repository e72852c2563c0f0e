/// An actor system for tests that runs in the test's own thread and in virtual time.
///
/// Nothing happens until `settle` or `advance`; then messages run in a fixed order, one
/// at a time. A test requests with `self()`, settles, and only then receives: receiving
/// first would wait for ever. Actors spawned here end with the test.
#pragma once

#include "actors/base/assert.hpp"
#include "actors/base/time.hpp"
#include "actors/sim/clock.hpp"
#include "actors/system_config.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace troupe::test {

class deterministic_system {
public:
  deterministic_system() { self_.emplace(engine_); }

  deterministic_system(const deterministic_system&) = delete;
  deterministic_system& operator=(const deterministic_system&) = delete;

  ~deterministic_system() {
    end_actors();
    self_.reset();
    // The engine would wait for them without a word.
    TROUPE_ASSERT(engine_.registry().running() == 0 && "an actor outlives its test");
  }

  /// Spawns like `caf::actor_system::spawn`; the actor ends with the test.
  template <class... Ts>
  auto spawn(Ts&&... xs) {
    auto handle = engine_.spawn(std::forward<Ts>(xs)...);
    spawned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Ends what is left: politely, so that supervisors stop their children, then for good.
  /// For what actors use and this system does not own: before that dies.
  void end_actors() {
    end_all(caf::exit_reason::user_shutdown);
    end_all(caf::exit_reason::kill);
    spawned_.clear();
  }

  /// Runs until no actor has a message left. Time stands still.
  void settle() {
    for (auto step = std::size_t{0}; scheduler().try_run_once(); ++step)
      TROUPE_ASSERT(step < 10'000'000 && "the actors never come to rest");
  }

  /// Lets all others be faster than the caller: the caller's next spawn or send settles
  /// everything before it returns.
  void settle_inside_next_send() {
    scheduler().after_next_enqueue([this] { settle(); });
  }

  /// Settles, then moves time by `distance`, settling after every timer, each of which
  /// sees its own due time.
  void advance(duration distance) {
    settle();
    auto& time = scheduler().clock();
    const auto end = time.now() + distance;
    for (const auto& due = time.schedule(); !due.empty() && due.begin()->first <= end;) {
      scheduler().trigger_timeout();
      settle();
    }
    time.current_time = end;
  }

  /// Timers under way, those that mean nothing any more among them.
  std::size_t timer_count() { return scheduler().clock().schedule().size(); }

  /// The test's own actor, for sending and requesting.
  caf::scoped_actor& self() { return *self_; }

  /// The clock of the node under test.
  sim::virtual_clock* clock() { return &clocks_.front(); }

  /// A clock for one more node; lives as long as this system.
  sim::virtual_clock* add_clock(sim::clock_config config) {
    return &clocks_.emplace_back(engine_, config);
  }

  caf::actor_system& engine() { return engine_; }

private:
  caf::scheduler::test_coordinator& scheduler() {
    return static_cast<caf::scheduler::test_coordinator&>(engine_.scheduler());
  }

  // Timers under way keep their receivers alive, and the engine's destructor runs timers
  // until none is left, which for a periodic one is never: they go first.
  void end_all(caf::exit_reason reason) {
    for (auto& actor : spawned_)
      caf::anon_send_exit(actor, reason);
    settle();
    scheduler().clock().cancel_all();
    settle();
  }

  actors::system_config config_{actors::scheduling::stepped};
  caf::actor_system engine_{config_};
  std::list<sim::virtual_clock> clocks_ = make_clocks();
  std::vector<caf::actor> spawned_;
  std::optional<caf::scoped_actor> self_;

  std::list<sim::virtual_clock> make_clocks() {
    auto result = std::list<sim::virtual_clock>{};
    result.emplace_back(engine_);
    return result;
  }
};

} // namespace troupe::test
