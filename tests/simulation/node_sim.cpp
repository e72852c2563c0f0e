// Whole nodes in virtual time, over everything that a network, a disk and a clock can do.
//
// SEEDS=N widens each range to N seeds. A failure prints its seed and what was planned;
// `troupe sim --seed N` runs it again, with its last events.

#include "apps/lab/world/node_world.hpp"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

sim_request request_of(std::uint64_t seed) {
  auto result = sim_request{};
  result.seed = seed;
  result.length = 30s;
  result.fault_kinds = nodes_simulator().fault_kinds;
  return result;
}

std::string explain(const sim_result& x) {
  auto result = "seed " + std::to_string(x.seed);
  for (const auto& line : x.options)
    result += "\n" + line;
  for (const auto& fault : x.plan)
    result += "\n" + to_string(fault);
  for (const auto& line : x.violations)
    result += "\nVIOLATED " + line;
  return result;
}

std::uint64_t seed_count(std::uint64_t usual) {
  const auto* wanted = std::getenv("SEEDS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

/// Runs seeds [first, first + count), each twice.
void check_range(std::uint64_t first, std::uint64_t count) {
  const auto nodes = nodes_simulator();
  auto struck = std::map<std::string, std::uint64_t>{};
  auto acked = std::uint64_t{0};
  for (auto seed = first; seed < first + count; ++seed) {
    const auto one = nodes.run(request_of(seed));
    if (!one.violations.empty()) {
      FAIL_CHECK(explain(one));
      break;
    }
    const auto two = nodes.run(request_of(seed));
    CHECK_MESSAGE(one.hash == two.hash, "seed ", seed, " is another run each time");
    CHECK_MESSAGE(one.acked_count > 0, "seed ", seed, " proves nothing");
    for (const auto& [kind, times] : one.faults)
      struck[kind] += times;
    acked += one.acked_count;
  }
  for (const auto& kind : nodes.fault_kinds)
    CHECK_MESSAGE(struck[kind] > 0, "never struck: ", kind);
  MESSAGE(count, " seeds twice, ", acked, " operations acknowledged");
}

} // namespace

TEST_CASE("nodes: promises hold under all faults, seeds from 1000") {
  check_range(1'000, seed_count(25));
}

TEST_CASE("nodes: promises hold under all faults, seeds from 2000") {
  check_range(2'000, seed_count(25));
}

TEST_CASE("nodes: without faults nothing is lost, deposed or executed twice") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto request = request_of(seed);
    request.fault_kinds.clear();
    const auto result = nodes_simulator().run(request);
    CHECK_MESSAGE(result.violations.empty(), explain(result));
    CHECK(result.counters.at("unknown") == 0);
    CHECK(result.counters.at("truncations") == 0);
    CHECK(result.counters.at("calls executed") == result.counters.at("calls answered"));
  }
}

TEST_CASE("nodes: a run that is cut short is a beginning of the whole one") {
  auto request = request_of(7);
  request.until = 5s;
  const auto part = nodes_simulator().run(request);
  CHECK(part.violations.empty());
  CHECK(part.simulated <= 5s);
  CHECK(part.event_count > 0);
}

TEST_CASE("nodes: of a plan, what is not kept does not strike") {
  auto request = request_of(8);
  request.kept = std::set<std::size_t>{};
  const auto result = nodes_simulator().run(request);
  CHECK(result.violations.empty());
  CHECK(result.faults.empty());
  CHECK(result.plan.empty());
}

} // namespace troupe::lab
