/// Checks the history of one counter: additions of one, each answered with the sum, and
/// reads. Cost: O(n log n).
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/check/history.hpp"
#include "apps/lab/check/violation.hpp"

namespace troupe::lab {

/// Finds `nothing_lost` (the last read is below the acknowledged additions, or two were
/// answered with one sum), `nothing_twice` (it is above all additions that may have
/// happened), `nothing_invented` (no number), `sessions` and `fresh` as of lists.
/// @pre all of `operations` are of one key, and every argument is 1.
[[nodiscard]] violations check_counter(const history& operations, duration lag_max);

} // namespace troupe::lab
