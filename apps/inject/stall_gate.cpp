#include "apps/inject/stall_gate.hpp"

namespace troupe::apps {

void stall_gate::set(const disk_weather& weather) {
  {
    auto guard = std::lock_guard{mutex_};
    weather_ = weather;
  }
  changed_.notify_all();
}

void stall_gate::pass() {
  auto lock = std::unique_lock{mutex_};
  if (weather_ == disk_weather{})
    return;
  changed_.wait_for(
    lock, weather_.each_sync, [this] { return weather_ == disk_weather{}; });
  changed_.wait(lock, [this] { return !weather_.stalled; });
}

} // namespace troupe::apps
