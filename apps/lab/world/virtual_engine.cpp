#include "apps/lab/world/virtual_engine.hpp"

#include "actors/base/assert.hpp"
#include "actors/sim/clock.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/context/protected_fixedsize_stack.hpp>
#include <caf/actor_registry.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace troupe::lab {

namespace {

// The engine's test clock starts at one nanosecond (`sim::virtual_time`).
duration since_start(caf::actor_clock::time_point x) {
  return x.time_since_epoch() - duration{1};
}

} // namespace

virtual_engine::virtual_engine(std::uint64_t seed) : random_{seed} {}

// Timers hold actors, and the engine's destructor would run them until none is left,
// which for a periodic one is never.
virtual_engine::~virtual_engine() {
  TROUPE_ASSERT(std::ranges::none_of(workers_, &worker::asleep));
  ending_ = true;
  due_.clear();
  scheduler().clock().cancel_all();
  while (scheduler().has_job())
    run_job();
  TROUPE_ASSERT(system_.registry().running() == 0 && "an actor outlives its world");
  for (auto& x : workers_) // Their loops see `ending_` and return.
    x.resting = std::move(x.resting).resume();
}

caf::scheduler::test_coordinator& virtual_engine::scheduler() {
  return static_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
}

duration virtual_engine::now() { return sim::virtual_time(system_); }

void virtual_engine::after(duration delay, action what) {
  TROUPE_ASSERT(delay >= duration::zero());
  due_.emplace(now() + delay, std::move(what));
}

void virtual_engine::sleep(duration length) {
  if (running_ == nullptr || ending_)
    return;
  auto* self = running_;
  self->asleep = true;
  after(length, [this, self] { resume(*self); });
  yield();
}

bool virtual_engine::run_until(duration end, const std::function<bool()>& done) {
  for (;;) {
    if (done())
      return true;
    if (stuck())
      return false;
    const auto before = now();
    if (!step(end)) {
      scheduler().clock().current_time += end - now();
      return done();
    }
    ++step_count_;
    steps_now_ = now() == before ? steps_now_ + 1 : 0;
  }
}

/// False when nothing is to be done up to `end`.
bool virtual_engine::step(duration end) {
  if (scheduler().has_job()) {
    auto& jobs = scheduler().jobs;
    std::swap(jobs.front(), jobs[random_.below(jobs.size())]);
    run_job();
    return true;
  }
  const auto& timers = scheduler().clock().schedule();
  auto next = duration::max();
  if (!timers.empty())
    next = since_start(timers.begin()->first);
  if (!due_.empty())
    next = std::min(next, due_.begin()->first);
  if (next > end)
    return false;
  run_due(next);
  return true;
}

void virtual_engine::run_due(duration when) {
  auto& clock = scheduler().clock();
  clock.current_time += std::max(when - now(), duration::zero());
  const auto& timers = clock.schedule();
  if (!timers.empty() && timers.begin()->first <= clock.current_time) {
    scheduler().trigger_timeout();
    return;
  }
  auto first = due_.begin();
  auto what = std::move(first->second);
  due_.erase(first);
  what();
}

void virtual_engine::run_job() {
  auto idle = std::ranges::find(workers_, false, &worker::asleep);
  if (idle == workers_.end()) {
    workers_.push_back({make_stack()});
    idle = std::prev(workers_.end());
  }
  resume(*idle);
}

void virtual_engine::resume(worker& x) {
  TROUPE_ASSERT(running_ == nullptr);
  running_ = &x;
  x.asleep = false;
  x.resting = std::move(x.resting).resume();
  running_ = nullptr;
}

/// Back to who resumed this worker, and on from here when it is resumed again.
void virtual_engine::yield() { driver_ = std::move(driver_).resume(); }

boost::context::fiber virtual_engine::make_stack() {
  // As large as a thread's may be, and with a page behind it that nothing may touch.
  constexpr auto stack_bytes = std::size_t{1} << 20;
  return boost::context::fiber{
    std::allocator_arg, boost::context::protected_fixedsize_stack{stack_bytes},
    [this](boost::context::fiber&& driver) {
      driver_ = std::move(driver);
      while (scheduler().has_job()) {
        scheduler().run_once();
        yield();
      }
      return std::move(driver_);
    }};
}

} // namespace troupe::lab
