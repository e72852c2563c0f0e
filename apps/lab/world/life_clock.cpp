#include "apps/lab/world/life_clock.hpp"

#include <caf/message_id.hpp>

namespace troupe::lab {

void life_clock::schedule(
  caf::strong_actor_ptr receiver, duration delay, caf::message content) {
  auto deliver = [receiver = std::move(receiver), content = std::move(content)] {
    receiver->enqueue(nullptr, caf::make_message_id(), content, nullptr);
  };
  engine_->after(machine_->engine_delay(delay), [gate = gate_, deliver] {
    if (!gate->alive)
      return;
    if (gate->paused)
      gate->held.push_back(deliver);
    else
      deliver();
  });
}

} // namespace troupe::lab
