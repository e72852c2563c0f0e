/// TROUPE_ASSERT: a broken assumption of our own ends the process, in release too.
///
/// Corrupt data and unreachable peers are expected trouble and travel as values
/// (`base/error.hpp`); an assertion is for what only a bug can cause.
#pragma once

namespace troupe {

/// Prints the place and the condition on stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

} // namespace troupe

#define TROUPE_ASSERT(condition)                                                         \
  (static_cast<bool>(condition)                                                          \
     ? static_cast<void>(0)                                                              \
     : ::troupe::assertion_failed(#condition, __FILE__, __LINE__))
