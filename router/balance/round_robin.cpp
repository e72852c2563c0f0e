#include "router/balance/round_robin.hpp"

#include "actors/base/assert.hpp"

#include <numeric>

namespace troupe::router {

std::size_t
round_robin_balancer::pick(std::span<const candidate> candidates, random_source&) {
  TROUPE_ASSERT(!candidates.empty());
  if (owed_.size() > 2 * candidates.size()) {
    auto kept = std::map<provider_key, std::int64_t>{};
    for (const auto& x : candidates)
      if (auto found = owed_.find(*x.provider); found != owed_.end())
        kept.insert(*found);
    owed_ = std::move(kept);
  }
  // Reduced weights keep the debts small, whatever unit people give the weights in.
  auto divisor = std::uint32_t{0};
  for (const auto& x : candidates)
    divisor = std::gcd(divisor, x.weight);
  TROUPE_ASSERT(divisor > 0);
  auto total = std::int64_t{0};
  auto best = std::size_t{0};
  std::int64_t* best_owed = nullptr;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto weight = std::int64_t{candidates[i].weight / divisor};
    auto& owed = owed_[*candidates[i].provider];
    owed += weight;
    total += weight;
    if (best_owed == nullptr || owed > *best_owed) {
      best = i;
      best_owed = &owed;
    }
  }
  *best_owed -= total;
  return best;
}

} // namespace troupe::router
