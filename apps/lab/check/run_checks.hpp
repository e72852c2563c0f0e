/// All checkers over all that a run has left: histories and logs.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/check/history.hpp"
#include "apps/lab/check/masterships.hpp"
#include "apps/lab/check/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::lab {

/// The names in `namespace property`.
[[nodiscard]] const std::vector<std::string>& checked_properties();

struct checks_config {
  /// Others are not told of.
  std::vector<std::string> properties = checked_properties();

  /// How old a read of a client that reads from slaves may be. Zero: such reads are
  /// linearizable, as those of masters are.
  duration lag_max{};

  /// Of the search of one register. More decides more, at some microseconds a step.
  std::size_t steps_max = 2'000'000;
};

struct checks_result {
  violations found;
  std::uint64_t done_count = 0; ///< Operations, by how they ended.
  std::uint64_t refused_count = 0;
  std::uint64_t unknown_count = 0;
  std::size_t key_count = 0;
  std::size_t register_count = 0;
  std::size_t undecided_count = 0; ///< Of the registers.
};

/// Checks key by key. That more than one register in a hundred is undecided is a
/// violation of `linearizable`, too: a checker that cannot tell has not agreed.
[[nodiscard]] checks_result run_checks(
  const history& all, const std::vector<mastership>& masterships,
  const checks_config& config);

} // namespace troupe::lab
