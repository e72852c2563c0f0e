/// Time as troupe's cores see it: a point on one node's own monotonic clock.
///
/// Cores take a `time_point` with every event and never ask a clock. Shells ask their
/// node's clock (`actors/node_clock.hpp`), which is CLOCK_BOOTTIME in production and
/// virtual time in simulation. Points of two nodes must never be compared.
#pragma once

#include <chrono>

namespace troupe {

/// Names the time base of `time_point`. It has no `now()`, so that no core can call it.
struct node_time {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<node_time, duration>;
  static constexpr bool is_steady = true;
};

using duration = node_time::duration;
using time_point = node_time::time_point;

/// Names the time base of `wall_point`: the Unix epoch, UTC, leap seconds not counted.
struct wall_base {
  using duration = troupe::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<wall_base, duration>;
  static constexpr bool is_steady = false;
};

/// Time of day. Data for people and for expiry dates, never an argument about liveness
/// or order: it jumps.
using wall_point = wall_base::time_point;

} // namespace troupe
