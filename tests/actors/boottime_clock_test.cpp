#include "actors/node_clock.hpp"
#include "actors/system_config.hpp"

#include <chrono>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::actors {

using namespace std::chrono_literals;

TEST_CASE("boottime_clock: time does not run backwards and timers arrive") {
  auto config = system_config{};
  auto engine = caf::actor_system{config};
  auto clock = boottime_clock{engine};
  auto self = caf::scoped_actor{engine};
  auto before = clock.now();
  clock.schedule(caf::actor_cast<caf::strong_actor_ptr>(self), 1ms, caf::make_message(7));
  self->receive([](int x) { CHECK(x == 7); });
  CHECK(clock.now() - before >= 1ms);
  CHECK(clock.wall_time() > wall_point{1'704'067'200s});
}

} // namespace troupe::actors
