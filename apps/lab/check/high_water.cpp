#include "apps/lab/check/high_water.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

high_water::high_water(std::vector<told_value> told) : highest_{std::move(told)} {
  std::ranges::stable_sort(highest_, {}, &told_value::when);
  for (std::size_t i = 1; i < highest_.size(); ++i) {
    const auto& last = highest_[i - 1];
    if (highest_[i].value < last.value)
      highest_[i] = {highest_[i].when, last.value, last.by};
  }
}

const told_value* high_water::before(duration when) const {
  const auto end = std::ranges::lower_bound(highest_, when, {}, &told_value::when);
  return end == highest_.begin() ? nullptr : &*(end - 1);
}

} // namespace troupe::lab
