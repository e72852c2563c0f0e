/// The largest value that anybody had been told of at a moment: what a later reader must
/// see at least.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/check/history.hpp"

#include <cstdint>
#include <vector>

namespace troupe::lab {

struct told_value {
  duration when{};
  std::int64_t value = 0;
  const recorded_operation* by = nullptr;
};

/// Cost: O(n log n) to make, O(log n) to ask.
class high_water {
public:
  explicit high_water(std::vector<told_value> told);

  /// The largest that was told before `when`, or null. Refers to this.
  [[nodiscard]] const told_value* before(duration when) const;

private:
  std::vector<told_value> highest_; // By time; each the largest so far.
};

} // namespace troupe::lab
