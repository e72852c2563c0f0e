#include "router/balance/random.hpp"

#include "actors/base/assert.hpp"

namespace troupe::router {

std::size_t
random_balancer::pick(std::span<const candidate> candidates, random_source& random) {
  auto total = std::uint64_t{0};
  for (const auto& x : candidates)
    total += x.weight;
  TROUPE_ASSERT(total > 0);
  auto point = random.below(total);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (point < candidates[i].weight)
      return i;
    point -= candidates[i].weight;
  }
  TROUPE_ASSERT(false && "the weights changed while they were added");
  return 0;
}

} // namespace troupe::router
