#include "apps/lab/fault_plan.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

const auto kinds = std::vector<std::string>{"crash", "cut", "pause"};

fault_plan plan_of(std::uint64_t seed) {
  auto random = random_source{seed};
  return draw_plan({.kinds = kinds, .length = 60s}, random);
}

} // namespace

TEST_CASE("fault plan: equal seeds draw equal plans, others do not") {
  CHECK(plan_of(1) == plan_of(1));
  CHECK_FALSE(plan_of(1) == plan_of(2));
}

TEST_CASE("fault plan: faults are numbered in order of time, within the length") {
  const auto plan = plan_of(3);
  REQUIRE(plan.size() > 10);
  CHECK(plan.front().number == 1);
  CHECK(plan.back().number == plan.size());
  CHECK(plan.back().at < 60s);
  CHECK(std::ranges::is_sorted(plan, {}, &planned_fault::at));
  for (const auto& kind : kinds)
    CHECK(std::ranges::count(plan, kind, &planned_fault::kind) > 0);
}

TEST_CASE("fault plan: what is kept keeps its number, time and seed") {
  const auto plan = plan_of(4);
  const auto kept = keep(plan, {2, 5});
  REQUIRE(kept.size() == 2);
  CHECK(kept[0] == plan[1]);
  CHECK(kept[1] == plan[4]);
}

TEST_CASE("fault plan: without kinds nothing is planned") {
  auto random = random_source{1};
  CHECK(draw_plan({.kinds = {}, .length = 60s}, random).empty());
  CHECK(draw_subset({}, random).empty());
}

TEST_CASE("fault plan: a subset is never empty, and seldom all") {
  auto random = random_source{1};
  auto sizes = std::vector<std::size_t>(kinds.size() + 1);
  for (auto i = 0; i < 200; ++i)
    ++sizes[draw_subset(kinds, random).size()];
  CHECK(sizes[0] == 0);
  CHECK(sizes[1] > 0);
  CHECK(sizes[3] > 0);
  CHECK(sizes[3] < 100);
}

TEST_CASE("fault plan: a fault reads as a line") {
  CHECK(
    to_string(
      {.number = 3, .at = 1250ms, .kind = "crash", .target = "master:1", .length = 2s})
    == "#3 at 1.250 s: crash of master:1 for 2.000 s");
}

} // namespace troupe::lab
