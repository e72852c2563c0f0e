/// What `troupe sim` runs: something that simulates one seed, and what it tells.
///
/// There are two: whole nodes, and the replication cores alone. Both are functions of
/// their request: the same request in another process has the same result, to the byte of
/// its trace.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/fault_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

/// One run. Sizes that are none are drawn from the seed, or the simulator's own.
struct sim_request {
  std::uint64_t seed = 1;
  std::optional<std::size_t> node_count{};
  std::optional<std::size_t> shard_count{};
  std::optional<std::size_t> replica_count{};
  std::optional<std::size_t> client_count{};

  /// Of the phase with faults. A shorter one plans the same faults, up to its end.
  duration length = std::chrono::seconds{20};

  /// Those the run draws its own from; must be known to the simulator.
  std::vector<std::string> fault_kinds{};
  std::optional<fault_plan> plan{};            ///< A scenario's, instead of a drawn one.
  std::optional<std::set<std::size_t>> kept{}; ///< Of the plan: these faults only.

  /// Stops there, without judging how it ended. Zero: the result has no more than what
  /// was drawn from the seed.
  std::optional<duration> until{};
  std::ostream* trace = nullptr; ///< Gets every event's line.
};

struct sim_result {
  std::uint64_t seed = 0;
  std::string hash; ///< See `run_trace`.
  std::uint64_t event_count = 0;
  std::uint64_t acked_count = 0; ///< Operations that clients know to be done.
  std::uint64_t election_count = 0;
  std::uint64_t crash_count = 0;
  std::map<std::string, std::uint64_t> faults; ///< How often each kind really struck.
  /// Beginning with the property's name: "I2: ..."; empty: the run has passed.
  std::vector<std::string> violations;

  // For people, and for the shrinker.
  std::vector<std::string> options; ///< What was drawn from the seed, "name = value".
  fault_plan plan;                  ///< What was to strike, in this run.
  std::size_t client_count = 0;
  std::vector<std::string> last_events;          ///< Of the trace.
  std::map<std::string, std::uint64_t> counters; ///< Of anything else, by its name.
  duration simulated{};
};

struct simulator {
  std::string name;                     ///< "nodes", "cores".
  std::vector<std::string> fault_kinds; ///< All that it can do.
  /// Runs in the calling thread. A failed assertion ends the process.
  std::function<sim_result(const sim_request&)> run;

  /// None, or ec::invalid_argument that says why a run like this cannot be. May be empty.
  std::function<error(const sim_request&)> check{};
};

} // namespace troupe::lab
