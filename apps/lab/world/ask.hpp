/// Asks an actor of a simulated node from outside of it.
#pragma once

#include "actors/base/time.hpp"

#include <utility>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

namespace troupe::lab {

/// Sends `request` to `whom`, from an actor made for this, and calls `answered` with what
/// comes back, or `failed` with an error: that of the engine when `whom` ends, or when it
/// does not answer within `deadline`.
template <class Handle, class Request, class Answered, class Failed>
void ask(
  caf::actor_system& system, const Handle& whom, duration deadline, Request request,
  Answered answered, Failed failed) {
  system.spawn([=, request = std::move(request)](caf::event_based_actor* self) {
    self->request(whom, deadline, request).then(answered, failed);
  });
}

} // namespace troupe::lab
