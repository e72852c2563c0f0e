/// `troupe chaos run`: real processes, clients, a nemesis, checkers, a verdict.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/workload.hpp"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace troupe::lab {

struct chaos_request {
  std::string scenario_file;
  std::optional<std::uint64_t> seed{}; ///< None: the scenario's.
  std::string directory;               ///< Empty: `default_chaos_directory`.
  std::string report_file;             ///< Empty: in the directory, by name and seed.
  std::optional<std::uint16_t> base_port{}; ///< None: the first that are free.
  std::string program;                      ///< What the nodes run.
  workload_maker make_workload{};           ///< The app's load; empty: it has none.
};

/// What a run came to, as exit codes; see also 2, for what could not be run.
enum class chaos_verdict : int { passed = 0, violated = 1, skipped = 77 };

/// Runs the scenario, tells what happens and the verdict to `out`, and leaves the report.
/// Folders of runs that passed are removed; of others they are kept and named.
///
/// Fails with ec::invalid_config or ec::not_found for the scenario, ec::in_use for the
/// directory or the ports, ec::system for what cannot be written, ec::stopping when a
/// signal ended it; nothing runs any more then, and histories are kept.
/// @pre SIGINT, SIGTERM and SIGHUP are not yet blocked, and no threads were made: it does
/// so.
[[nodiscard]] expected<chaos_verdict>
run_chaos(const chaos_request& request, std::ostream& out);

} // namespace troupe::lab
