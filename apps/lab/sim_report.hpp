/// What `troupe sim` says to people, and what it makes of many runs.
#pragma once

#include "apps/lab/sim_options.hpp"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace troupe::lab {

/// The sums of many runs.
struct sim_totals {
  std::uint64_t seed_count = 0;
  std::uint64_t failed_count = 0;
  std::uint64_t event_count = 0;
  std::uint64_t acked_count = 0;
  std::uint64_t election_count = 0;
  std::uint64_t crash_count = 0;
  std::map<std::string, std::uint64_t> faults;
  std::map<std::string, std::uint64_t> counters;
  std::map<std::string, std::uint64_t> planned; ///< Runs that were to have the fault.
  duration simulated{};

  void add(const sim_result& x);
};

/// Planned in fewer runs, chance alone may keep a fault away: some strike in few of them.
/// A scenario says itself what strikes, and must be right the first time.
inline constexpr std::uint64_t runs_for_every_fault = 20;

/// Over so many seeds each kind that is switched on must be planned, and strike.
inline constexpr std::uint64_t seeds_for_every_fault = 200;

/// Adds a violation to a run of which nothing can be learned: no operation was
/// acknowledged, though there was time.
void refuse_idle_run(const sim_request& request, sim_result& x);

/// The kinds that were planned often enough, or switched on for enough seeds, but never
/// struck.
[[nodiscard]] std::vector<std::string>
faults_that_never_struck(const sim_options& options, const sim_totals& totals);

/// One line: "seed 12 passed: ...".
void print_short(std::ostream& out, const sim_result& x);

/// Everything that a reader needs to see why a run failed: all of its last events, and of
/// which commit the program is; `replay` repeats it.
void print_failure(std::ostream& out, const sim_result& x, const std::string& replay);

/// What was planned for the run.
void print_plan(std::ostream& out, const fault_plan& plan);

/// The sums, and the speed: `real` is how long all took.
void print_totals(std::ostream& out, const sim_totals& totals, duration real);

} // namespace troupe::lab
