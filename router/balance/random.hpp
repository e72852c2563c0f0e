/// Weighted random choice: each call independently, in proportion to the weights.
#pragma once

#include "router/balance/balancer.hpp"

namespace troupe::router {

class random_balancer final : public balancer {
public:
  [[nodiscard]] std::size_t
  pick(std::span<const candidate> candidates, random_source& random) override;
};

} // namespace troupe::router
