/// The one alarm of an actor that sleeps until something is due.
///
/// A timer cannot be cancelled (`node_clock.hpp`). An actor that arms another whenever
/// something is due earlier, and again at each tick, ends with ever more timers of which
/// each brings a tick for ever. So a tick carries a number, and only the newest counts.
#pragma once

#include "actors/node_clock.hpp"

#include <algorithm>
#include <cstdint>

#include <caf/atom.hpp>

namespace troupe::actors {

class wake_timer {
public:
  /// Sends `self` the message (`caf::tick_atom`, number) at `when`, unless one is under
  /// way for then or earlier.
  template <class Self>
  void plan(Self* self, node_clock& clock, time_point when) {
    if (when >= planned_)
      return;
    planned_ = when;
    auto delay = std::max(when - clock.now(), duration{0});
    clock.after(self, delay, caf::tick_atom_v, ++number_);
  }

  /// Takes in a tick: false for one that was overtaken, which means nothing.
  [[nodiscard]] bool rings(std::uint64_t number) {
    if (number != number_)
      return false;
    planned_ = time_point::max();
    return true;
  }

private:
  time_point planned_ = time_point::max();
  std::uint64_t number_ = 0;
};

} // namespace troupe::actors
