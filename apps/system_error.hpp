/// What the operating system refused, as an error of ours.
#pragma once

#include "actors/base/error.hpp"

#include <string>

namespace troupe::apps {

/// `what: reason`, the reason being that of errno's value `number`: ec::not_found for
/// ENOENT, ec::in_use for EADDRINUSE, ec::system for all others.
[[nodiscard]] error system_error(const std::string& what, int number);

} // namespace troupe::apps
