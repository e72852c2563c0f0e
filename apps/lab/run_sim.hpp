/// `troupe sim`, after its command line was read.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/sim_options.hpp"

#include <iosfwd>
#include <string>

namespace troupe::lab {

/// Runs what `options` asks for. With `options.json` lines of JSON go to `out`, and all
/// that is for people to `err`; without, it is the other way round. `program` is the name
/// in lines that replay a run. Returns the exit code: 0 when all passed, 1 when one did
/// not. Fails with ec::invalid_argument, or with ec::system when no process can be made.
/// @pre this process has a single thread.
[[nodiscard]] expected<int> run_sim(
  const std::string& program, const simulator& what, const sim_options& options,
  std::ostream& out, std::ostream& err);

} // namespace troupe::lab
