#include "actors/sim/clock.hpp"

#include "actors/base/assert.hpp"

#include <chrono>
#include <utility>

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>

namespace troupe::sim {

namespace {

duration scaled(duration x, double factor) {
  return std::chrono::duration_cast<duration>(
    std::chrono::duration<double, duration::period>{x} * factor);
}

} // namespace

duration virtual_time(caf::actor_system& system) {
  // The engine's test clock starts at one nanosecond: zero has a meaning of its own
  // there.
  return system.clock().now().time_since_epoch() - duration{1};
}

virtual_clock::virtual_clock(caf::actor_system& system, clock_config config)
    : system_{&system}, base_local_{config.offset}, rate_{config.rate},
      wall_offset_{config.wall_offset} {
  TROUPE_ASSERT(rate_ > 0);
}

time_point virtual_clock::now() const { return now_in(duration::zero()); }

time_point virtual_clock::now_in(duration virtual_delay) const {
  const auto elapsed = virtual_time(*system_) + virtual_delay - base_virtual_;
  return time_point{base_local_ + scaled(elapsed, rate_)};
}

wall_point virtual_clock::wall_time() const {
  constexpr auto start = std::chrono::sys_days{std::chrono::January / 1 / 2024};
  return wall_point{start.time_since_epoch() + virtual_time(*system_) + wall_offset_};
}

void virtual_clock::schedule(
  caf::strong_actor_ptr receiver, duration delay, caf::message content) {
  TROUPE_ASSERT(delay >= duration::zero());
  auto& clock = system_->clock();
  clock.schedule_message(
    clock.now() + engine_delay(delay), std::move(receiver),
    caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(content)));
}

// Rounded up: an actor that is woken before its time sleeps for what is left, and if that
// came to nothing again, time would never go on.
duration virtual_clock::engine_delay(duration delay) const {
  const auto end = now() + delay;
  auto result = scaled(delay, 1 / rate_);
  while (now_in(result) < end)
    result += duration{1};
  return result;
}

void virtual_clock::jump(duration distance) { base_local_ += distance; }

void virtual_clock::set_rate(double rate) {
  TROUPE_ASSERT(rate > 0);
  base_local_ = now().time_since_epoch();
  base_virtual_ = virtual_time(*system_);
  rate_ = rate;
}

} // namespace troupe::sim
