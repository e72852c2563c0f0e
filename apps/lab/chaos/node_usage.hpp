/// What a node's process holds of its machine, over a run.
#pragma once

#include "actors/base/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace troupe::lab {

struct node_usage {
  std::uint64_t descriptor_count = 0;
  byte_size memory{}; ///< Resident.

  bool operator==(const node_usage&) const = default;
};

/// None when there is no such process, or it ends just then.
[[nodiscard]] std::optional<node_usage> usage_of(pid_t number);

/// One node's, from the start of the run; started again it goes on in the same row.
struct usage_row {
  std::string node;
  node_usage first;
  node_usage most; ///< Each of both at its own time.
  node_usage last; ///< After the faults, when the clients have gone.
};

/// By how much a node may hold more at the end than at the start.
struct growth_bounds {
  std::uint64_t descriptor_count = 64;
  byte_size memory = mib(256);
};

/// What of `x` grew by more, as a sentence; empty when nothing did.
[[nodiscard]] std::string growth_of(const usage_row& x, const growth_bounds& bounds);

} // namespace troupe::lab
