/// A simulated node's clock: the engine's virtual time seen through an offset, a rate
/// and jumps.
///
/// All nodes of a simulation live in one actor system with one virtual clock, and this
/// is what each of them sees of it. One thread runs a simulation, so nothing here is
/// synchronised.
#pragma once

#include "actors/base/time.hpp"
#include "actors/node_clock.hpp"

#include <caf/fwd.hpp>

namespace troupe::sim {

struct clock_config {
  /// What the node reads when the virtual time is zero. Nodes do not boot together, so
  /// points of two nodes differ; a test that compares them by mistake shall fail.
  duration offset{};

  /// Seconds of the node per second of virtual time, above 0.
  double rate = 1.0;

  /// Error of the node's time of day.
  duration wall_offset{};
};

/// The virtual time of `system`, counted from its start.
/// @pre `system` has stepped scheduling.
[[nodiscard]] duration virtual_time(caf::actor_system& system);

class virtual_clock final : public actors::node_clock {
public:
  /// @pre `system` has stepped scheduling and outlives the clock.
  explicit virtual_clock(caf::actor_system& system, clock_config config = {});

  [[nodiscard]] time_point now() const override;

  /// Counted from the first second of 2024, at the true rate.
  [[nodiscard]] wall_point wall_time() const override;

  void
  schedule(caf::strong_actor_ptr receiver, duration delay, caf::message content) override;

  /// How much virtual time passes until this clock has run for `delay`.
  [[nodiscard]] duration engine_delay(duration delay) const;

  /// Moves `now()` by `distance`, as a machine that was suspended. Timers under way keep
  /// their due time, as they do on a real machine. A negative distance breaks the promise
  /// that time does not run backwards: only for proving that someone notices.
  void jump(duration distance);

  /// Runs at `rate` from here on; `now()` does not jump. Timers under way keep their due
  /// time.
  void set_rate(double rate);

  void set_wall_offset(duration offset) { wall_offset_ = offset; }

private:
  /// What it reads in so much virtual time.
  [[nodiscard]] time_point now_in(duration virtual_delay) const;

  caf::actor_system* system_;
  duration base_virtual_{}; // Virtual time of the last change of rate,
  duration base_local_;     // and what the node read then.
  double rate_;
  duration wall_offset_;
};

} // namespace troupe::sim
