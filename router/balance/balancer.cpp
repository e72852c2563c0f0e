#include "router/balance/balancer.hpp"

#include "router/balance/random.hpp"
#include "router/balance/round_robin.hpp"

namespace troupe::router {

expected<std::unique_ptr<balancer>> make_balancer(std::string_view name) {
  auto result = std::unique_ptr<balancer>{};
  if (name == "random")
    result = std::make_unique<random_balancer>();
  else if (name == "round_robin")
    result = std::make_unique<round_robin_balancer>();
  else
    return fail(
      ec::invalid_config,
      "'" + std::string{name} + "' is no balancer; there are random and round_robin");
  return result;
}

} // namespace troupe::router
