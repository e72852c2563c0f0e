/// Runs a range of seeds, several at the same time, each in a process of its own.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/sim_options.hpp"

#include <functional>

namespace troupe::lab {

/// Runs one seed. The result of one that died has what could be found out by running it
/// again. Fails with ec::system when there can be no process.
[[nodiscard]] expected<sim_result>
run_seed(const simulator& what, const sim_request& request);

/// The same, with every event's line in `trace_file`. Fails with ec::invalid_argument
/// when that cannot be written.
[[nodiscard]] expected<sim_result> run_seed(
  const simulator& what, const sim_request& request, const std::string& trace_file);

/// Runs all seeds of `options` and calls `each` with their results, in the order of the
/// seeds whatever ends first. Fails as `run_seed`.
[[nodiscard]] error run_seeds(
  const simulator& what, const sim_options& options,
  const std::function<void(const sim_result&)>& each);

} // namespace troupe::lab
