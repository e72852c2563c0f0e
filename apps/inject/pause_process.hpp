/// Stops this process for a while, as a stuck machine would.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

namespace troupe::apps {

/// Returns when the process goes on: after `length`, or when somebody sends it SIGCONT
/// before. Fails with ec::system, and has then not stopped.
[[nodiscard]] error pause_process(duration length);

} // namespace troupe::apps
