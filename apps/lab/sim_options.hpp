/// What `troupe sim` was asked for.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/scenario.hpp"
#include "apps/lab/simulation.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

/// Seeds from `first` to `last`, both included.
struct seed_range {
  std::uint64_t first = 1;
  std::uint64_t last = 1;

  bool operator==(const seed_range&) const = default;
};

struct sim_options {
  seed_range seeds{};
  sim_request request{};      ///< Of every seed, which stands in `seeds`.
  std::string faults = "all"; ///< As it was written: `request` has the kinds.
  std::string scenario_file{};
  std::optional<lab::scenario> scenario{}; ///< What `scenario_file` has.
  std::string trace_file{};                ///< Empty: none.
  std::size_t job_count = 1;               ///< Seeds that run at the same time.
  bool cores_only = false;
  bool json = false;
  bool twice = false;  ///< Each seed in two processes, whose hashes must agree.
  bool shrink = false; ///< Of one seed that fails.
};

/// The run of one of the seeds; with a scenario, its faults as that seed draws them.
[[nodiscard]] sim_request request_of(const sim_options& options, std::uint64_t seed);

/// "3..17". Fails with ec::invalid_argument when it is no range, or an empty one.
[[nodiscard]] expected<seed_range> parse_seeds(std::string_view text);

/// "12.5", more than 0 and at most a day; to the nanosecond. Fails with
/// ec::invalid_argument.
[[nodiscard]] expected<duration> parse_seconds(std::string_view text);

/// What `parse_seconds` reads back: "12.5".
[[nodiscard]] std::string print_seconds(duration x);

/// "all", "none", or kinds behind commas, in the order of `known`. Fails with
/// ec::invalid_argument that names the kinds there are, and the nearest.
[[nodiscard]] expected<std::vector<std::string>>
parse_faults(std::string_view text, const std::vector<std::string>& known);

/// "3,7,9", or "none". Fails with ec::invalid_argument.
[[nodiscard]] expected<std::set<std::size_t>> parse_kept(std::string_view text);

/// What `parse_kept` reads back.
[[nodiscard]] std::string print_kept(const std::set<std::size_t>& kept);

/// The command line, for a shell, that runs `request` again, of the program `name`: with
/// its seed alone, what is kept of its faults, and its trace in a file; or twice, when
/// that was asked for.
[[nodiscard]] std::string replay_line(
  const std::string& name, const sim_options& options, const sim_request& request);

} // namespace troupe::lab
