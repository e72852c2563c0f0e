// The mall's sale on whole nodes in virtual time: never oversold, nothing lost.

#include "apps/lab/world/node_world.hpp"
#include "apps/mall/inventory_wire.hpp"
#include "apps/mall/sale_simulation.hpp"

#include <memory>

#include <doctest/doctest.h>

namespace troupe::mall {

namespace {

using namespace std::chrono_literals;

lab::simulated_app the_mall() {
  return {
    .services =
      [](apps::service_environment& node) {
        auto inventory = node.spawn(make_inventory, node.data(), inventory_config{});
        return std::vector{make_inventory_service(inventory)};
      },
    .make_workload
    = [](lab::stage& on) { return std::make_unique<sale_simulation>(on); }};
}

} // namespace

TEST_CASE("mall: a sale under all faults, seeds from 1") {
  const auto simulator = lab::nodes_simulator(the_mall());
  auto sold = std::uint64_t{0};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto request = lab::sim_request{};
    request.seed = seed;
    request.length = 20s;
    request.fault_kinds = simulator.fault_kinds;
    const auto result = simulator.run(request);
    for (const auto& x : result.violations)
      FAIL_CHECK("seed " << seed << ": " << x);
    sold += result.counters.at("app operations");
  }
  CHECK(sold > 1'000);
}

} // namespace troupe::mall
