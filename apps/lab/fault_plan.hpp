/// The schedule of a nemesis, as data: drawn from a seed or written in a scenario,
/// printed, and cut down when a run has failed.
///
/// A planned fault says when what kind of thing goes wrong. Whom it strikes, how hard and
/// for how long may be fixed; the rest is drawn when it strikes, from the fault's own
/// seed and the state of that moment ("the master of shard 2"). So leaving one out does
/// not change what the others draw.
#pragma once

#include "actors/base/random.hpp"
#include "actors/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::lab {

struct planned_fault {
  std::size_t number = 0; ///< From 1, in order of time; how a replay line names it.
  duration at{};          ///< From the run's start.
  std::string kind;       ///< Of the kinds that the simulator, or the nemesis, knows.
  std::uint64_t seed = 0; ///< Draws what is not fixed.
  std::optional<std::string> target{}; ///< "n2", or "master:1": that of shard 1.
  std::optional<duration> length{};    ///< Until it is undone.

  bool operator==(const planned_fault&) const = default;
};

using fault_plan = std::vector<planned_fault>;

/// Which faults a run draws, and how often.
struct fault_mix {
  std::vector<std::string> kinds; ///< Those switched on.
  duration length{};              ///< Of the phase with faults.
  duration between_min = std::chrono::milliseconds{50};
  duration between_max = std::chrono::milliseconds{900};
};

/// A random subset of `kinds`, each kept with even chances, never none of some: what one
/// fault hides another run shows.
/// Source: Groce et al., "Swarm testing" (2012).
[[nodiscard]] std::vector<std::string>
draw_subset(const std::vector<std::string>& kinds, random_source& random);

/// Faults of all kinds of `mix`, one after the other. No kinds, no faults.
[[nodiscard]] fault_plan draw_plan(const fault_mix& mix, random_source& random);

/// Those whose numbers are in `kept`, in order, with their numbers.
[[nodiscard]] fault_plan keep(const fault_plan& plan, const std::set<std::size_t>& kept);

/// One line for people: "#3 at 1.250 s: crash of master:1 for 2 s".
[[nodiscard]] std::string to_string(const planned_fault& x);

} // namespace troupe::lab
