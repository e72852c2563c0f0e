// Whole nodes in virtual time: what a run must do beside passing. The ranges of seeds are
// run by `troupe sim` (CMakeLists.txt).

#include "apps/lab/world/node_world.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

sim_request request_of(std::uint64_t seed) {
  auto result = sim_request{};
  result.seed = seed;
  result.length = 20s;
  result.fault_kinds = make_nodes_simulator().fault_kinds;
  return result;
}

std::string first_violation(const sim_result& x) {
  return x.violations.empty() ? std::string{} : x.violations.front();
}

bool has_knob(const sim_result& x, const std::string& name) {
  return std::ranges::any_of(x.options, [&name](const std::string& option) {
    return option.starts_with("knobs = ") && option.find(name) != std::string::npos;
  });
}

/// Of an app that asks for nothing.
class idle_workload : public workload {
public:
  void start() override {}
  void stop() override {}
  [[nodiscard]] bool idle() const override { return true; }
  void check() override {}
  [[nodiscard]] bool checked() const override { return true; }
  [[nodiscard]] std::vector<std::string> violations() const override { return {}; }
  [[nodiscard]] std::uint64_t acked_count() const override { return 0; }
};

} // namespace

TEST_CASE("nodes: an app's load that gets nothing done makes a run vacuous") {
  auto app = simulated_app{};
  app.make_workload = [](stage&) { return std::make_unique<idle_workload>(); };
  auto request = request_of(1);
  request.length = 2s;
  request.fault_kinds.clear();
  const auto result = make_nodes_simulator(app).run(request);
  CHECK(first_violation(result) == "vacuous: no operation of the app was acknowledged");
}

TEST_CASE("nodes: without faults nothing is lost, deposed or executed twice") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto request = request_of(seed);
    request.fault_kinds.clear();
    const auto result = make_nodes_simulator().run(request);
    CHECK(first_violation(result).empty());
    CHECK(result.counters.at("unknown") == 0);
    CHECK(result.counters.at("views compared") > 0);
    CHECK(result.counters.at("sights judged") > 0);
    CHECK(result.counters.at("truncations") == 0);
    CHECK(result.counters.at("calls answered") > 0);
    CHECK(
      result.counters.at("calls executed")
      == result.counters.at("calls answered") + result.counters.at("calls late"));
  }
}

// Their deadline is beyond all work: none may be late, as one would be whose answer got
// lost.
TEST_CASE("nodes: without faults each stubborn call is executed once, and answered") {
  for (std::uint64_t seed : {6, 11, 12}) {
    auto request = request_of(seed);
    request.fault_kinds.clear();
    const auto result = make_nodes_simulator().run(request);
    REQUIRE(has_knob(result, "stubborn_calls"));
    CHECK(first_violation(result).empty());
    CHECK(result.counters.at("calls answered") > 0);
    CHECK(result.counters.at("calls late") == 0);
    CHECK(result.counters.at("calls executed") == result.counters.at("calls answered"));
  }
}

TEST_CASE("nodes: a run that is cut short is a beginning of the whole one") {
  auto request = request_of(7);
  request.until = 5s;
  const auto part = make_nodes_simulator().run(request);
  CHECK(first_violation(part).empty());
  CHECK(part.simulated <= 5s);
  CHECK(part.event_count > 0);
}

TEST_CASE("nodes: of a plan, what is not kept does not strike") {
  auto request = request_of(8);
  request.kept = std::set<std::size_t>{};
  const auto result = make_nodes_simulator().run(request);
  CHECK(first_violation(result).empty());
  CHECK(result.faults.empty());
  CHECK(result.plan.empty());
}

} // namespace troupe::lab
