#include "apps/lab/shrink.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

/// A simulator of ten clients and as many faults as wanted, a second apart.
struct subject {
  std::function<bool(const sim_request&, const fault_plan&)> is_broken;
  std::size_t fault_count = 20;
  std::size_t run_count = 0;

  sim_result run(const sim_request& request) {
    ++run_count;
    auto result = sim_result{};
    for (std::size_t i = 1; i <= fault_count; ++i)
      if (i * 1s < request.length)
        result.plan.push_back({.number = i, .at = i * 1s, .kind = "crash", .seed = i});
    if (request.kept)
      result.plan = keep(result.plan, *request.kept);
    result.client_count = request.client_count.value_or(10);
    if (is_broken(request, result.plan))
      result.violations = {"I2: something is lost"};
    return result;
  }

  shrunk_run shrink_it() {
    auto request = sim_request{};
    request.length = 60s;
    auto first = run(request);
    REQUIRE(violated_property(first) == "I2");
    return shrink({request, first}, [this](const sim_request& x) {
      auto result = run(x);
      return result.violations.empty() ? std::nullopt : std::optional{result};
    });
  }
};

bool has(const fault_plan& plan, std::size_t number) {
  return std::ranges::any_of(plan, [=](const auto& x) { return x.number == number; });
}

TEST_CASE("shrink: the property is what stands before the first colon") {
  auto x = sim_result{};
  CHECK(violated_property(x).empty());
  x.violations = {"I10: a: b", "I1: c"};
  CHECK(violated_property(x) == "I10");
}

TEST_CASE("shrink: the faults that matter are left, and no other") {
  auto x = subject{[](const auto&, const auto& plan) {
    return has(plan, 3) && has(plan, 4) && has(plan, 17);
  }};
  CHECK(x.shrink_it().request.kept == std::set<std::size_t>{3, 4, 17});
  CHECK(x.run_count < 150);
}

TEST_CASE("shrink: a run that fails without faults has none left") {
  auto x = subject{[](const auto&, const auto&) { return true; }};
  const auto found = x.shrink_it();
  CHECK(found.request.kept == std::set<std::size_t>{});
  CHECK(found.request.client_count == 1);
}

TEST_CASE("shrink: a run without faults can still be made shorter") {
  auto x = subject{[](const auto&, const auto&) { return true; }, 0};
  CHECK(x.shrink_it().request.length <= 100ms);
}

TEST_CASE("shrink: as few clients as still fail") {
  auto x = subject{[](const sim_request& request, const auto&) {
    return request.client_count.value_or(10) >= 4;
  }};
  CHECK(x.shrink_it().request.client_count == 4);
}

TEST_CASE("shrink: time ends soon after it has failed") {
  auto x = subject{[](const sim_request& request, const auto& plan) {
    return has(plan, 5) && request.length >= 7s;
  }};
  const auto length = x.shrink_it().request.length;
  CHECK(length >= 7s);
  CHECK(length <= 7'200ms);
}

TEST_CASE("shrink: what it returns was seen to fail") {
  // Broken with an odd number of faults: what is left out changes the verdict each time.
  auto x
    = subject{[](const auto&, const auto& plan) { return plan.size() % 2 == 1; }, 21};
  const auto found = x.shrink_it();
  CHECK(violated_property(found.result) == "I2");
  CHECK(found.result.plan.size() % 2 == 1);
  CHECK(found.result.plan.size() < 5);
}

} // namespace

} // namespace troupe::lab
