/// Whether a simulated process still runs: what every part of its environment asks.
///
/// The actors of a process that was killed still handle what is in their mailboxes while
/// they end. Nothing of that may reach the world: its disk, its timers and its network do
/// nothing more for it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace troupe::lab {

struct life_gate {
  bool alive = true;
  bool paused = false;
  std::vector<std::function<void()>> held; ///< What came meanwhile, in order.
};

using life_gate_ptr = std::shared_ptr<life_gate>;

} // namespace troupe::lab
