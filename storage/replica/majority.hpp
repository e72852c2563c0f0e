/// What a majority of the voters has reached.
#pragma once

#include "actors/base/assert.hpp"
#include "storage/replica/replica_state.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace troupe::storage {

/// The largest value that a majority of the configured voters has reached: `own` for
/// oneself, `of(peer)` for the others. Configured, not connected: one that was never
/// heard counts with what it has, which is nothing.
/// @pre master.
template <class Value, class Projection>
[[nodiscard]] Value majority_value(const replica_state& s, Value own, Projection of) {
  auto values = std::vector<Value>{};
  for (const auto& x : s.config().members) {
    if (x.role != member_role::voter)
      continue;
    values.push_back(x.replica == s.id() ? own : of(s.master->peers.at(x.replica)));
  }
  auto majority = s.config().majority();
  TROUPE_ASSERT(values.size() >= majority);
  auto nth = values.begin() + static_cast<std::ptrdiff_t>(majority - 1);
  std::ranges::nth_element(values, nth, std::greater{});
  return *nth;
}

} // namespace troupe::storage
