/// Checks the history of one register: read, write and swap of values that are unique.
///
/// Source of the search: see `linearizability.hpp`. What can be told in O(n) is told
/// first, in plainer words.
#pragma once

#include "apps/lab/check/history.hpp"
#include "apps/lab/check/violation.hpp"

#include <cstddef>

namespace troupe::lab {

struct register_checks {
  violations found;
  bool undecided = false; ///< The search took more than its steps.
};

/// Finds `linearizable`, `nothing_lost` (an acknowledged write without a later one is not
/// what the last read shows), `nothing_invented` (a value that nobody wrote, or
/// whose write was refused or came later), and those of `check_register_sessions`. Reads
/// from slaves, which may be as old as `lag_max`, are no part of the order unless that is
/// zero.
/// @pre all of `operations` are of one key.
[[nodiscard]] register_checks
check_register(const history& operations, std::size_t steps_max, duration lag_max = {});

} // namespace troupe::lab
