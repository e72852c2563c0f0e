#include "actors/base/metrics.hpp"
#include "actors/base/random.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace troupe {

using namespace std::chrono_literals;
using layout = histogram_layout;

TEST_CASE("histogram_layout: buckets follow each other without gap or overlap") {
  CHECK(layout::lowest_of(0) == 0);
  for (std::size_t i = 0; i < layout::bucket_count; ++i) {
    CHECK(layout::bucket_of(layout::lowest_of(i)) == i);
    CHECK(layout::bucket_of(layout::highest_of(i)) == i);
  }
  CHECK(layout::highest_of(layout::bucket_count - 1) == layout::value_max);
}

TEST_CASE("histogram_layout: a bucket is at most a sixteenth of its values wide") {
  for (std::size_t i = 0; i < layout::bucket_count; ++i) {
    auto width = layout::highest_of(i) - layout::lowest_of(i);
    CHECK(width * 16 <= layout::lowest_of(i));
  }
}

TEST_CASE("histogram_layout: values beyond the range count as the largest") {
  CHECK(layout::bucket_of(layout::value_max + 1) == layout::bucket_count - 1);
  CHECK(layout::bucket_of(~std::uint64_t{0}) == layout::bucket_count - 1);
}

TEST_CASE("histogram: quantiles are those of the sorted values, to a sixteenth") {
  auto random = random_source{7};
  auto measured = histogram{};
  auto values = std::vector<std::uint64_t>{};
  for (auto i = 0; i < 10'000; ++i) {
    values.push_back(random.below(std::uint64_t{1} << random.between(1, 40)));
    measured.record(values.back());
  }
  std::ranges::sort(values);
  auto snapshot = measured.snapshot();
  for (auto q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    auto exact = values[static_cast<std::size_t>(q * 10'000) - 1];
    CHECK(snapshot.quantile(q) >= exact);
    CHECK(snapshot.quantile(q) <= exact + exact / 16);
  }
  CHECK(snapshot.quantile(1) == values.back());
  CHECK(snapshot.max() == values.back());
  CHECK(snapshot.count() == 10'000);
}

TEST_CASE("histogram: an empty one has no quantile, mean or maximum") {
  auto snapshot = histogram{}.snapshot();
  CHECK(snapshot.quantile(0.5) == 0);
  CHECK(snapshot.mean() == 0);
  CHECK(snapshot.max() == 0);
}

TEST_CASE("histogram: durations are recorded in nanoseconds, negative ones as none") {
  auto measured = histogram{};
  measured.record(3us);
  measured.record(-1s);
  CHECK(measured.snapshot().sum() == 3'000);
  CHECK(measured.snapshot().quantile(0.5) == 0);
  CHECK(measured.snapshot().mean() == 1'500);
}

TEST_CASE("histogram_snapshot: merging two is recording both") {
  auto a = histogram{};
  auto b = histogram{};
  auto both = histogram{};
  for (auto x : {std::uint64_t{5}, std::uint64_t{70}, std::uint64_t{9'000}}) {
    a.record(x);
    both.record(x);
  }
  b.record(1'000'000);
  both.record(1'000'000);
  auto merged = a.snapshot();
  merged.merge(b.snapshot());
  CHECK(merged == both.snapshot());
}

TEST_CASE("histogram_snapshot: the difference of two is what came between") {
  auto measured = histogram{};
  measured.record(1'000'000);
  auto earlier = measured.snapshot();
  CHECK(measured.snapshot().since(earlier) == histogram_snapshot{});
  measured.record(100);
  measured.record(7);
  auto between = measured.snapshot().since(earlier);
  CHECK(between.count() == 2);
  CHECK(between.sum() == 107);
  CHECK(between.quantile(0.5) == 7);
  CHECK(between.max() >= 100);
  CHECK(between.max() <= 106);
}

TEST_CASE("histogram_snapshot: counts up to a bound are cumulative") {
  auto measured = histogram{};
  for (auto x : {1U, 2U, 3U, 410U})
    measured.record(std::uint64_t{x});
  auto snapshot = measured.snapshot();
  CHECK(snapshot.count_up_to(0) == 0);
  CHECK(snapshot.count_up_to(2) == 2);
  CHECK(snapshot.count_up_to(399) == 3);
  CHECK(snapshot.count_up_to(400) == 4); // The bucket is 400 to 415.
  CHECK(snapshot.count_up_to(layout::value_max) == 4);
}

TEST_CASE("metrics_registry: one name and labels are one metric") {
  auto registry = metrics_registry{};
  auto& a = registry.make_counter("troupe_x_calls_total", "Calls.", {{"m", "a"}});
  auto& b = registry.make_counter("troupe_x_calls_total", "Calls.", {{"m", "b"}});
  auto& again = registry.make_counter("troupe_x_calls_total", "Calls.", {{"m", "a"}});
  CHECK(&a == &again);
  CHECK(&a != &b);
}

TEST_CASE("metrics_registry: a snapshot has every family in order, with its values") {
  auto registry = metrics_registry{};
  registry.make_histogram("troupe_x_rtt_seconds", "Round trip.").record(2ms);
  registry.make_gauge("troupe_x_peers", "Peers.").set(3);
  registry.make_gauge("troupe_x_peers", "Peers.").add(-0.5);
  registry.make_counter("troupe_x_calls_total", "Calls.", {{"m", "b"}}).add(2);
  registry.make_counter("troupe_x_calls_total", "Calls.", {{"m", "a"}}).add();
  auto all = registry.snapshot();
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "troupe_x_calls_total");
  CHECK(all[0].help == "Calls.");
  CHECK(all[0].kind == metric_kind::counter);
  REQUIRE(all[0].samples.size() == 2);
  CHECK(all[0].samples[0].labels == metric_labels{{"m", "a"}});
  CHECK(std::get<std::uint64_t>(all[0].samples[0].value) == 1);
  CHECK(std::get<std::uint64_t>(all[0].samples[1].value) == 2);
  CHECK(std::get<double>(all[1].samples[0].value) == 2.5);
  CHECK(std::get<histogram_snapshot>(all[2].samples[0].value).sum() == 2'000'000);
}

TEST_CASE("metrics_registry: nothing recorded on several threads is lost") {
  auto registry = metrics_registry{};
  auto work = [&registry] {
    auto& calls = registry.make_counter("troupe_x_calls_total", "Calls.");
    auto& level = registry.make_gauge("troupe_x_level", "Level.");
    auto& sizes = registry.make_histogram("troupe_x_size_bytes", "Sizes.");
    for (auto i = std::uint64_t{1}; i <= 10'000; ++i) {
      calls.add();
      level.add(1);
      sizes.record(i);
    }
  };
  {
    auto other = std::jthread{work};
    work();
  }
  CHECK(registry.make_counter("troupe_x_calls_total", "Calls.").value() == 20'000);
  CHECK(registry.make_gauge("troupe_x_level", "Level.").value() == 20'000);
  auto sizes = registry.make_histogram("troupe_x_size_bytes", "Sizes.").snapshot();
  CHECK(sizes.count() == 20'000);
  CHECK(sizes.sum() == 2 * 50'005'000);
  CHECK(sizes.max() == 10'000);
}

} // namespace troupe
