/// The result of a run as JSON.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/simulation.hpp"

#include <string>
#include <string_view>

namespace troupe::lab {

/// The line that `--json` prints: seed, hash, events, acked, elections, crashes, faults,
/// violations. Text that is not UTF-8 is made so.
[[nodiscard]] std::string print_line(const sim_result& x);

/// All of it, for `parse_result`: between two processes of one program.
[[nodiscard]] std::string print_result(const sim_result& x);

/// Fails with ec::malformed.
[[nodiscard]] expected<sim_result> parse_result(std::string_view text);

} // namespace troupe::lab
