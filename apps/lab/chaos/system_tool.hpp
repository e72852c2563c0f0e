/// Runs programs of the system that prepare a world: `ip`, `mount`.
#pragma once

#include "actors/base/error.hpp"

#include <string>
#include <vector>

namespace troupe::lab {

/// Runs `words` to its end; the first is a program on PATH or its path. Fails with
/// ec::system, naming the command and what it said.
[[nodiscard]] error run_tool(const std::vector<std::string>& words);

/// The absolute path of the program `name` in the usual places; empty when there is none.
[[nodiscard]] std::string find_tool(const std::string& name);

} // namespace troupe::lab
