/// What clients got, over time: operations in each 100 ms, and how long they took.
#pragma once

#include "apps/lab/report/run_record.hpp"
#include "apps/lab/report/time_axis.hpp"

#include <string>

namespace troupe::lab {

struct drawing {
  std::string text;
  double bottom = 0;
};

/// Elements of SVG from `top` on: operations done, upwards; refused and unknown ones,
/// downwards; the median and the longest latency on a scale of powers of ten.
[[nodiscard]] drawing draw_load(const run_record& x, const time_axis& axis, double top);

} // namespace troupe::lab
