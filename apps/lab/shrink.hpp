/// Makes a failing run as short as it can be, so that a person can read it.
#pragma once

#include "apps/lab/simulation.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace troupe::lab {

/// Up to the first colon of the first violation: "I2". Empty when the run has passed.
[[nodiscard]] std::string violated_property(const sim_result& x);

/// A run that still fails, and what it told.
struct shrunk_run {
  sim_request request;
  sim_result result;
};

/// The result of a run that fails as the first one did; nothing of any other.
using failing_run = std::function<std::optional<sim_result>(const sim_request&)>;

/// Leaves out faults, then clients, then time, as long as the run fails. Each step is
/// kept only if it was seen to fail, so that what is returned does. It is a minimum in
/// that no single fault can be left out; a smaller one of another shape may exist.
/// Cost: runs in the order of the square of the faults, at worst; mostly some dozens.
/// Source: Zeller, Hildebrandt, "Simplifying and isolating failure-inducing input"
/// (2002), their ddmin, for the faults.
[[nodiscard]] shrunk_run shrink(shrunk_run failed, const failing_run& fails);

} // namespace troupe::lab
