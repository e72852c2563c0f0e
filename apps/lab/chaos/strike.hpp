/// A fault as it really struck, for checkers and reports.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/fault_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

struct strike {
  planned_fault fault;
  duration begun{};                 ///< Since the run's start, as is `ended`.
  std::optional<duration> ended{};  ///< When it was undone; none: not yet.
  std::vector<std::string> nodes{}; ///< Whom it struck; none: it found nobody.

  [[nodiscard]] bool struck() const { return !nodes.empty(); }
};

/// One line for people: "#2 at 3.001 s: kill of n2 for 1.500 s".
[[nodiscard]] std::string to_string(const strike& x);

} // namespace troupe::lab
