#include "actors/wake_timer.hpp"
#include "tests/support/deterministic_system.hpp"

#include <chrono>
#include <vector>

#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

using sleeper = caf::typed_actor<
  caf::reacts_to<caf::tick_atom, std::uint64_t>, caf::reacts_to<duration>>;

struct diary {
  std::vector<time_point> alarms;
  int ticks = 0;
};

/// Plans an alarm for whatever delay it is told, and one every second.
sleeper::behavior_type
make_sleeper(sleeper::pointer self, node_clock* clock, wake_timer* timer, diary* log) {
  timer->plan(self, *clock, clock->now() + 1s);
  return {
    [=](caf::tick_atom, std::uint64_t number) {
      ++log->ticks;
      if (!timer->rings(number))
        return;
      log->alarms.push_back(clock->now());
      timer->plan(self, *clock, clock->now() + 1s);
    },
    [=](duration delay) { timer->plan(self, *clock, clock->now() + delay); },
  };
}

struct wake_timer_fixture {
  test::deterministic_system system;
  wake_timer timer;
  diary log;
  sleeper actor = system.spawn(make_sleeper, system.clock(), &timer, &log);

  void plan(duration delay) {
    system.self()->send(actor, delay);
    system.settle();
  }
};

} // namespace

TEST_CASE_FIXTURE(wake_timer_fixture, "wake_timer: the earliest alarm counts") {
  plan(300ms);
  plan(500ms);
  system.advance(1s);
  CHECK(log.alarms == std::vector{time_point{300ms}});
  system.advance(400ms);
  CHECK(log.alarms.size() == 2);
  CHECK(log.alarms.back() == time_point{1300ms});
}

TEST_CASE_FIXTURE(
  wake_timer_fixture, "wake_timer: alarms that were overtaken leave nothing behind") {
  for (auto i = 0; i < 50; ++i) {
    plan(10ms);
    system.advance(10ms);
  }
  CHECK(log.alarms.size() == 50);
  system.advance(2s); // The last of those that were overtaken.
  log = {};
  system.advance(10s);
  CHECK(log.ticks == 10);
}

} // namespace troupe::actors
