/// The engine of a simulated cluster: all its actors in one thread and in virtual time.
///
/// A step lets one actor handle one message, drawn among those that have one; when none
/// has, time jumps to what is due next. Equal seeds, equal steps. What waits for a disk
/// in a real node blocks its actor's thread; here `sleep` takes the actor out of the
/// thread until its time has come (each step runs on a fiber), while all others go on.
///
/// Used by one thread.
#pragma once

#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "actors/system_config.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>

#include <boost/context/fiber.hpp>
#include <caf/actor_system.hpp>

namespace caf::scheduler {
class test_coordinator;
} // namespace caf::scheduler

namespace troupe::lab {

class virtual_engine {
public:
  using action = std::function<void()>;

  explicit virtual_engine(std::uint64_t seed);
  virtual_engine(const virtual_engine&) = delete;
  virtual_engine& operator=(const virtual_engine&) = delete;

  /// @pre all actors but those of the engine have been asked to end, and none sleeps:
  /// what it would go on with may be gone.
  ~virtual_engine();

  [[nodiscard]] caf::actor_system& system() { return system_; }

  /// Virtual time since the start.
  [[nodiscard]] duration now();

  /// Does `what` in so long, between two steps. In order, when several are due at once.
  void after(duration delay, action what);

  /// Takes the calling actor out for so long. Returns at once where no actor runs.
  void sleep(duration length);

  /// Runs up to `end`, or until `done`, which is asked after every step, or until it is
  /// stuck. Returns whether it was done.
  bool run_until(duration end, const std::function<bool()>& done);

  /// So many steps were done at one moment that time will not go on any more: actors
  /// give each other work for ever.
  [[nodiscard]] bool stuck() const { return steps_now_ > steps_now_max; }

  /// Steps so far.
  [[nodiscard]] std::uint64_t step_count() const { return step_count_; }

private:
  static constexpr std::uint64_t steps_now_max = 2'000'000;

  /// A stack on which steps run. All but one sleep.
  struct worker {
    boost::context::fiber resting; // Where it goes on.
    bool asleep = false;
  };

  [[nodiscard]] caf::scheduler::test_coordinator& scheduler();
  [[nodiscard]] bool step(duration end);
  void run_job();
  void run_due(duration when);
  void resume(worker& x);
  void yield();
  [[nodiscard]] boost::context::fiber make_stack();

  actors::system_config config_{actors::scheduling::stepped};
  caf::actor_system system_{config_};
  random_source random_;
  std::multimap<duration, action> due_; // Equal times in order of insertion.
  std::list<worker> workers_;
  worker* running_ = nullptr;    // Null between steps.
  boost::context::fiber driver_; // Who resumed it.
  bool ending_ = false;
  std::uint64_t step_count_ = 0;
  std::uint64_t steps_now_ = 0; // Since time last went on.
};

} // namespace troupe::lab
