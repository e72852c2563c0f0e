/// What each client may rely on when it reads a register, also where reads may be old: it
/// sees its own writes and never goes back, and no read is older than is allowed.
///
/// Values are unique, so a value stands for its write. Writes that did not overlap have
/// an order; a client's own sights add to it. Both together have a cycle just when a
/// client sees a value that it has seen overwritten, or one whose write had ended before
/// another that it has seen began: the first kind of order is an interval order, whose
/// chains are single steps. So O(n log n) decides, client by client.
#pragma once

#include "apps/lab/check/history.hpp"
#include "apps/lab/check/violation.hpp"

namespace troupe::lab {

/// Finds `sessions` and `fresh`: a read from a slave shows what was surely overwritten
/// more than `lag_max` before it, any other read what was overwritten before it.
/// @pre all of `operations` are of one key, by invocation; no value is read before it was
/// sent.
[[nodiscard]] violations
check_register_sessions(const history& operations, duration lag_max);

} // namespace troupe::lab
