/// Where moments of a run are in its picture.
#pragma once

#include "actors/base/time.hpp"

#include <string>

namespace troupe::lab {

class time_axis {
public:
  static constexpr double width = 1100; ///< Of the whole picture, in its own units.
  static constexpr double left = 124;
  static constexpr double right = 1090;

  /// From zero to `end`.
  explicit time_axis(duration end);

  [[nodiscard]] double at(duration x) const;

  /// A line for each full second, or for more when there are many, over the picture's
  /// height, and their numbers below.
  [[nodiscard]] std::string draw_ticks(double height) const;

private:
  duration end_;
};

} // namespace troupe::lab
