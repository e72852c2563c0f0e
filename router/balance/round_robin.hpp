/// Smooth weighted round robin: shares as the weights say, spread evenly in time.
///
/// Source: nginx, commit 52327e0627 (Upstream: smooth weighted round-robin balancing).
#pragma once

#include "router/balance/balancer.hpp"

#include <map>

namespace troupe::router {

class round_robin_balancer final : public balancer {
public:
  [[nodiscard]] std::size_t
  pick(std::span<const candidate> candidates, random_source& random) override;

private:
  // What each provider is owed; those that were not candidates lately are dropped when
  // they outnumber the candidates.
  std::map<provider_key, std::int64_t> owed_;
};

} // namespace troupe::router
