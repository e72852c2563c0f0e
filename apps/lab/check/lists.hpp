/// Checks the history of one list: appends of elements that are unique, and reads of all
/// of it.
///
/// Lists show what registers hide: each element says whether and when its append took
/// effect. Cost: O(n log n) in the operations, and the bytes that were read.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/check/history.hpp"
#include "apps/lab/check/violation.hpp"

namespace troupe::lab {

/// Finds `nothing_lost`, `nothing_twice`, `nothing_invented`, `ordered`, `sessions` and
/// `fresh`: a read must show what anybody was told `lag_max` before it was invoked.
/// @pre all of `operations` are of one key.
[[nodiscard]] violations check_list(const history& operations, duration lag_max);

} // namespace troupe::lab
