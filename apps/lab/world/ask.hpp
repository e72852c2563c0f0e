/// Asks an actor of a simulated node from outside of it.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <functional>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

namespace troupe::lab {

/// Sends `request` to `whom`, from an actor made for this, and calls `answered` with what
/// comes back, or `failed` with an error: ec::link_lost when `whom` ends, as for a client
/// whose connection breaks then, and the engine's when it does not answer within
/// `deadline`.
template <class Answer, class Handle, class Request>
void ask(
  caf::actor_system& system, const Handle& whom, duration deadline, Request request,
  const std::function<void(Answer&)>& answered,
  const std::function<void(error&)>& failed) {
  system.spawn([=, request = std::move(request)](caf::event_based_actor* self) {
    // What an actor has promised and not delivered is lost with it, without a word.
    self->set_down_handler([self, failed](const caf::down_msg&) {
      auto why = error{fail(ec::link_lost, "the node was killed")};
      failed(why);
      self->quit();
    });
    self->monitor(whom);
    self->request(whom, deadline, request)
      .then(
        [self, answered](Answer& x) {
          answered(x);
          self->quit();
        },
        [self, failed](error& why) {
          failed(why);
          self->quit();
        });
  });
}

} // namespace troupe::lab
