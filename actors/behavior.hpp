/// What every actor of troupe does with what it did not expect.
///
/// The engine's own defaults kill: a message without a handler comes back to its sender
/// as an error, and an error without a handler ends the actor. Each `make_x` therefore
/// begins with `install_defaults(self, context)`:
///
/// | what arrives | what happens |
/// |---|---|
/// | `caf::ping_atom` | `caf::pong_atom` goes back, for every actor (see below) |
/// | a message without a handler | counted and dropped; a request fails at once with
/// ec::invalid_argument | | an error outside any request | counted | | a DOWN message |
/// counted; an actor that monitors sets its own handler | | an exit message | the actor
/// ends with its reason | | an exception out of a handler | logged; the actor ends with
/// ec::internal, which the requester gets too |
///
/// The ping is the supervisor's watchdog: an actor that lives and is not stuck in a
/// handler answers it, without any line of its own.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/log.hpp"
#include "actors/base/metrics.hpp"
#include "actors/node_clock.hpp"

#include <string>
#include <type_traits>

#include <caf/fwd.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// What all actors of a node share. One per node; outlives them.
struct actor_context {
  node_clock* clock = nullptr;
  metrics_registry* metrics = nullptr;
  logger log;
};

/// Counted per actor name, as `name()` tells it.
struct behavior_metrics {
  behavior_metrics(metrics_registry& registry, const std::string& actor);

  counter& dropped_messages;
  counter& errors;
  counter& downs;
  counter& exceptions;
};

/// Gives `self` the handlers above. Call it first in `make_x`: what throws after it in
/// `make_x` is handled as well.
/// @pre `context` outlives the actor, and has all its members.
void install_defaults(caf::scheduled_actor* self, const actor_context* context);

/// Does so for an actor with a state, and refuses a state that the engine would fill with
/// the actor's own address: it makes `State(self)` where that compiles, and in C++20 it
/// does for an aggregate whose first member is a truth value or a pointer. Declare a
/// constructor: `x_state() = default;`.
template <class State, class Base>
void install_defaults(
  caf::stateful_actor<State, Base>* self, const actor_context* context) {
  using pointer = caf::stateful_actor<State, Base>*;
  static_assert(
    !std::is_aggregate_v<State> || !std::is_constructible_v<State, pointer>,
    "the first member of the state would be made from the actor's address");
  install_defaults(static_cast<caf::scheduled_actor*>(self), context);
}

/// The engine's own error as one of ours, for error handlers of requests and reasons of
/// DOWN messages. An error of ours is returned as it is, none as none.
[[nodiscard]] error ours(const error& e);

/// Whether an actor that ended with `reason` did so because its work was over or it was
/// asked to.
[[nodiscard]] bool ended_normally(const error& reason);

} // namespace troupe::actors
