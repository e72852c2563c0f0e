/// The time of a run: since its start, for histories; and since 1970, for what logs say.
#pragma once

#include "actors/base/time.hpp"

#include <chrono>

namespace troupe::lab {

class run_clock {
public:
  [[nodiscard]] duration now() const { return std::chrono::steady_clock::now() - start_; }

  /// When it was `x`, of the clock that log lines have, by this run's.
  [[nodiscard]] duration from_wall(duration x) const { return x - wall_start_; }

private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  duration wall_start_ = std::chrono::system_clock::now().time_since_epoch();
};

} // namespace troupe::lab
