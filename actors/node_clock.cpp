#include "actors/node_clock.hpp"

#include "actors/base/assert.hpp"

#include <chrono>
#include <ctime>
#include <utility>

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>

namespace troupe::actors {

namespace {

duration read_clock(clockid_t id) {
  auto t = timespec{};
  TROUPE_ASSERT(clock_gettime(id, &t) == 0);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

} // namespace

time_point boottime_clock::now() const { return time_point{read_clock(CLOCK_BOOTTIME)}; }

wall_point boottime_clock::wall_time() const {
  return wall_point{read_clock(CLOCK_REALTIME)};
}

void boottime_clock::schedule(
  caf::strong_actor_ptr receiver, duration delay, caf::message content) {
  TROUPE_ASSERT(delay >= duration::zero());
  auto& clock = system_->clock();
  clock.schedule_message(
    clock.now() + delay, std::move(receiver),
    caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(content)));
}

} // namespace troupe::actors
