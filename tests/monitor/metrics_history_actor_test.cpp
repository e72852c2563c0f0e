#include "monitor/metrics_history_actor.hpp"
#include "tests/support/test_context.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace troupe::monitor {

namespace {

using namespace std::chrono_literals;

struct fixture {
  metrics_window ask(std::uint32_t minutes) {
    auto request = system.self()->request(history, caf::infinite, window_query{minutes});
    system.settle();
    auto result = metrics_window{};
    request.receive(
      [&](metrics_window& x) { result = std::move(x); },
      [](const error& why) { FAIL(render(why)); });
    return result;
  }

  std::uint64_t calls_in(std::uint32_t minutes) {
    for (const auto& row : ask(minutes).rows)
      if (row.name == "troupe_test_calls_total")
        return std::get<std::uint64_t>(row.added);
    FAIL("no such metric");
    return 0;
  }

  test::deterministic_system system;
  test::test_context context{system};
  counter& calls = context.metrics->make_counter("troupe_test_calls_total", "Calls.");
  metrics_history_actor history
    = system.spawn(make_metrics_history, &context, metrics_history_config{});
};

} // namespace

TEST_CASE_FIXTURE(
  fixture, "metrics_history_actor: minutes are those of the node's clock") {
  system.settle();
  calls.add(1);
  system.advance(61s);
  calls.add(20);
  system.advance(60s);
  calls.add(300);
  CHECK(calls_in(0) == 300);
  CHECK(calls_in(1) == 320);
  CHECK(calls_in(2) == 321);
  CHECK(ask(1).length == 61s);
  CHECK(ask(60).length == 121s);
}

} // namespace troupe::monitor
