#include "monitor/prometheus.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;

TEST_CASE("prometheus: counters and gauges with their labels") {
  auto registry = metrics_registry{};
  registry.make_counter("troupe_test_calls_total", "Calls.", {{"method", "a\"b"}}).add(3);
  registry.make_gauge("troupe_test_level_bytes", "Level.").set(1.5);
  CHECK(
    monitor::prometheus_text(registry.snapshot())
    == "# HELP troupe_test_calls_total Calls.\n"
       "# TYPE troupe_test_calls_total counter\n"
       "troupe_test_calls_total{method=\"a\\\"b\"} 3\n"
       "# HELP troupe_test_level_bytes Level.\n"
       "# TYPE troupe_test_level_bytes gauge\n"
       "troupe_test_level_bytes 1.5\n");
}

TEST_CASE("prometheus: a histogram of durations is in seconds, its buckets cumulative") {
  auto registry = metrics_registry{};
  auto& spread = registry.make_histogram("troupe_test_call_seconds", "Time.");
  spread.record(1ms);
  spread.record(2s);
  auto text = monitor::prometheus_text(registry.snapshot());
  auto has = [&](const char* line) { return text.find(line) != std::string::npos; };
  CHECK(has("# TYPE troupe_test_call_seconds histogram\n"));
  CHECK(has("troupe_test_call_seconds_bucket{le=\"1.024e-06\"} 0\n"));
  CHECK(has("troupe_test_call_seconds_bucket{le=\"0.008388608\"} 1\n"));
  CHECK(has("troupe_test_call_seconds_bucket{le=\"+Inf\"} 2\n"));
  CHECK(has("troupe_test_call_seconds_sum 2.001\n"));
  CHECK(has("troupe_test_call_seconds_count 2\n"));
}
