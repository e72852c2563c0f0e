#include "actors/node_clock.hpp"
#include "tests/support/deterministic_system.hpp"

#include <chrono>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

using ticker = caf::typed_actor<caf::reacts_to<caf::tick_atom>>;

/// Notes when each tick of `period` arrives.
ticker::behavior_type make_ticker(
  ticker::pointer self, node_clock* clock, duration period,
  std::vector<time_point>* seen) {
  clock->after(self, period, caf::tick_atom_v);
  return {[=](caf::tick_atom) {
    seen->push_back(clock->now());
    clock->after(self, period, caf::tick_atom_v);
  }};
}

} // namespace

TEST_CASE("node_clock: a message to oneself arrives after its delay and sees that time") {
  auto system = test::deterministic_system{};
  auto seen = std::vector<time_point>{};
  system.spawn(make_ticker, system.clock(), 100ms, &seen);
  system.advance(99ms);
  CHECK(seen.empty());
  system.advance(1ms);
  CHECK(seen == std::vector{time_point{100ms}});
  system.advance(1s);
  REQUIRE(seen.size() == 11);
  CHECK(seen.back() == time_point{1100ms});
}

TEST_CASE("virtual_clock: timers follow the rate of their node") {
  auto system = test::deterministic_system{};
  auto slow = std::vector<time_point>{};
  auto fast = std::vector<time_point>{};
  system.spawn(make_ticker, system.add_clock({.rate = 0.5}), 100ms, &slow);
  system.spawn(make_ticker, system.add_clock({.offset = 7s, .rate = 2.0}), 100ms, &fast);
  system.advance(2s);
  CHECK(slow.size() == 10);
  CHECK(fast.size() == 40);
  CHECK(slow.back() == time_point{1s});
  CHECK(fast.back() == time_point{11s});
}

TEST_CASE("virtual_clock: no timer is due before its time, however odd the rate") {
  auto system = test::deterministic_system{};
  for (const auto rate : {0.955, 0.97531, 1.0, 1.0123, 1.045}) {
    auto* clock = system.add_clock({.offset = duration{17}, .rate = rate});
    for (const auto delay :
         {duration{0}, duration{1}, duration{999}, duration{12345678}}) {
      const auto due = clock->now() + delay;
      system.advance(clock->engine_delay(delay));
      CHECK(clock->now() >= due);
    }
  }
}

TEST_CASE("virtual_clock: a change of rate does not move the time it reads") {
  auto system = test::deterministic_system{};
  auto* clock = system.clock();
  system.advance(1s);
  clock->set_rate(3.0);
  CHECK(clock->now() == time_point{1s});
  system.advance(1s);
  CHECK(clock->now() == time_point{4s});
}

TEST_CASE("virtual_clock: a jump moves the time but no timer") {
  auto system = test::deterministic_system{};
  auto seen = std::vector<time_point>{};
  system.spawn(make_ticker, system.clock(), 100ms, &seen);
  system.settle();
  system.clock()->jump(5s);
  system.advance(99ms);
  CHECK(seen.empty());
  system.advance(1ms);
  CHECK(seen == std::vector{time_point{5100ms}});
}

TEST_CASE("virtual_clock: the time of day has an error of its own") {
  auto system = test::deterministic_system{};
  auto* wrong = system.add_clock({.offset = 9s, .wall_offset = -3s});
  system.advance(10s);
  CHECK(wrong->wall_time() - system.clock()->wall_time() == -3s);
  CHECK(system.clock()->wall_time() == wall_point{1'704'067'200s + 10s});
}

TEST_CASE("system_config: no file is read and no actor can starve the others") {
  auto config = system_config{};
  CHECK(config.config_file_path.empty());
  auto engine = caf::actor_system{config};
  CHECK(engine.scheduler().max_throughput() == 50);
}

} // namespace troupe::actors
