#include "monitor/metrics_history.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::monitor {

namespace {

using namespace std::chrono_literals;

/// One node's metrics, and their history; minutes end when the test says so.
struct fixture {
  void begin(metrics_history_config config = {}) {
    history.emplace(config, registry.snapshot(), now);
  }

  void end_minute(duration length = 1min) {
    now += length;
    history->minute_ended(registry.snapshot(), now);
  }

  [[nodiscard]] metrics_window window(std::size_t minutes) const {
    return history->window(minutes, registry.snapshot(), now);
  }

  /// What was added to the metric `name` in that window.
  template <class T>
  [[nodiscard]] T added(const std::string& name, std::size_t minutes) const {
    auto result = std::optional<T>{};
    for (const auto& row : window(minutes).rows)
      if (row.name == name)
        result = std::get<T>(row.added);
    REQUIRE(result.has_value());
    return *result;
  }

  [[nodiscard]] std::uint64_t calls_in(std::size_t minutes) const {
    return added<std::uint64_t>("troupe_test_calls_total", minutes);
  }

  [[nodiscard]] histogram_snapshot sizes_in(std::size_t minutes) const {
    return added<histogram_snapshot>("troupe_test_size_bytes", minutes);
  }

  metrics_registry registry;
  counter& calls = registry.make_counter("troupe_test_calls_total", "Calls.");
  histogram& sizes = registry.make_histogram("troupe_test_size_bytes", "Sizes.");
  time_point now{1h};
  std::optional<metrics_history> history;
};

} // namespace

TEST_CASE_FIXTURE(fixture, "metrics_history: a window is the running minute and some") {
  calls.add(1'000);
  begin();
  CHECK(calls_in(0) == 0);
  calls.add(1);
  end_minute();
  calls.add(20);
  end_minute();
  calls.add(300);
  now += 10s;
  CHECK(calls_in(0) == 300);
  CHECK(calls_in(1) == 320);
  CHECK(calls_in(2) == 321);
  CHECK(calls_in(9) == 321);
}

TEST_CASE_FIXTURE(fixture, "metrics_history: a window says what time it covers") {
  begin();
  CHECK(window(5).length == 0s);
  now += 10s;
  CHECK(window(5).length == 10s);
  end_minute(50s);
  end_minute(1h); // The machine slept.
  now += 5s;
  CHECK(window(0).length == 5s);
  CHECK(window(1).length == 1h + 5s);
  CHECK(window(5).length == 1h + 65s);
}

TEST_CASE_FIXTURE(fixture, "metrics_history: quantiles are those of the window alone") {
  begin();
  for (auto i = 0; i < 100; ++i)
    sizes.record(std::uint64_t{1'000});
  end_minute();
  for (auto i = 0; i < 100; ++i)
    sizes.record(std::uint64_t{10});
  CHECK(sizes_in(0).count() == 100);
  CHECK(sizes_in(0).quantile(0.99) == 10);
  CHECK(sizes_in(1).count() == 200);
  CHECK(sizes_in(1).quantile(0.5) == 10);
  CHECK(sizes_in(1).quantile(0.99) >= 1'000);
  end_minute();
  end_minute();
  CHECK(sizes_in(1).count() == 0);
  CHECK(sizes_in(2).quantile(0.99) == 10);
}

TEST_CASE_FIXTURE(fixture, "metrics_history: a metric made later counts from nothing") {
  begin();
  end_minute();
  auto& late = registry.make_counter("troupe_test_late_total", "Late.", {{"k", "v"}});
  late.add(3);
  CHECK(added<std::uint64_t>("troupe_test_late_total", 0) == 3);
  end_minute();
  late.add(4);
  CHECK(added<std::uint64_t>("troupe_test_late_total", 0) == 4);
  CHECK(added<std::uint64_t>("troupe_test_late_total", 1) == 7);
}

TEST_CASE_FIXTURE(fixture, "metrics_history: all metrics are told in order, no gauges") {
  registry.make_gauge("troupe_test_level", "Level.").set(1);
  registry.make_counter("troupe_test_calls_total", "Calls.", {{"method", "a"}});
  begin();
  end_minute();
  auto names = std::vector<std::string>{};
  for (const auto& row : window(1).rows)
    names.push_back(row.name + (row.labels.empty() ? "" : "{}"));
  CHECK(
    names
    == std::vector<std::string>{
      "troupe_test_calls_total", "troupe_test_calls_total{}", "troupe_test_size_bytes"});
}

TEST_CASE_FIXTURE(fixture, "metrics_history: only so many minutes are kept") {
  begin({.minutes_max = 2});
  for (auto i = 0; i < 5; ++i) {
    calls.add(1);
    end_minute();
  }
  CHECK(history->minutes_count() == 2);
  CHECK(calls_in(5) == 2);
  CHECK(window(5).length == 2min);
}

TEST_CASE_FIXTURE(
  fixture, "metrics_history: when memory is short, old minutes go first") {
  begin({.minutes_max = 1'000, .bytes_max = 1U << 20});
  for (auto i = 0; i < 400; ++i) {
    calls.add(1);
    sizes.record(std::uint64_t{1} << 40U); // Costs nearly 5 KiB.
    end_minute();
    REQUIRE(history->bytes() <= 1U << 20);
  }
  const auto kept = history->minutes_count();
  CHECK(kept > 200);
  CHECK(kept < 240);
  CHECK(calls_in(1'000) == kept);
  CHECK(sizes_in(1'000).count() == kept);
}

TEST_CASE_FIXTURE(fixture, "metrics_history: what does not move costs nothing") {
  begin();
  calls.add(1);
  end_minute();
  const auto bytes = history->bytes();
  CHECK(bytes > 0);
  end_minute();
  CHECK(history->bytes() == bytes);
  for (auto i = 0; i < 60; ++i)
    end_minute();
  CHECK(history->bytes() == 0);
}

TEST_CASE("metrics_history: a config that is out of range names the key") {
  CHECK_FALSE(metrics_history_config{}.validate());
  const auto why = metrics_history_config{.minutes_max = 0}.validate();
  CHECK(why == ec::invalid_config);
  CHECK(render(why).find("monitor.minutes_max") != std::string::npos);
  CHECK(metrics_history_config{.bytes_max = 5}.validate() == ec::invalid_config);
}

} // namespace troupe::monitor
