/// The commands `inject` and `heal`, which go to all nodes that they concern.
///
/// The shell asks each node over a connection of its own: those of shells are never
/// disturbed, so that nodes which hear each other no more are reached, too.
#pragma once

#include "apps/shell/command.hpp"

#include <string>
#include <vector>

namespace troupe::apps::shell {

[[nodiscard]] std::vector<command> inject_commands();

/// What can stand behind `inject`.
[[nodiscard]] std::vector<std::string> fault_words();

} // namespace troupe::apps::shell
