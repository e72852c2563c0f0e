#include "tests/bench/call_driver_actor.hpp"

#include "actors/base/random.hpp"
#include "router/service_wire.hpp"
#include "tests/bench/bench.pb.h"

#include <string>
#include <utility>

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;
using pointer = call_driver_actor::stateful_pointer<call_driver_state>;

router::call_request echo_request() {
  auto request = v1::EchoMessage{};
  request.set_content(std::string(64, 'x'));
  return router::make_request("Echo", true, request);
}

void call_on(pointer self) {
  auto& state = self->state;
  while (state.watch && state.watch->wants_more()) {
    auto since = state.watch->begin();
    state.calls->call(
      echo_request(), [self, since](const expected<router::call_answer>& x) {
        auto& watch = self->state.watch;
        watch->end(since, static_cast<bool>(x));
        if (watch->done())
          std::exchange(self->state.order, std::nullopt)->done(watch->result());
      });
  }
}

} // namespace

call_driver_actor::behavior_type make_call_driver(
  pointer self, const actors::actor_context* context,
  const router::gateway_actor& gateway) {
  actors::install_defaults(self, context);
  auto config = router::call_config{};
  config.deadline = 60s;
  self->state.calls.emplace(
    context, config, "/bench.Echo:", random_source{1},
    caf::actor_cast<router::consumer_parts>(self));
  self->request(gateway, 10s, registry::service_name{"", "bench.Echo", ""})
    .then(
      [self](const router::service_router_actor& found) {
        self->send(
          found,
          router::subscribe_providers{caf::actor_cast<router::provider_listener>(self)});
      },
      [self](error& why) { self->quit(std::move(why)); });
  context->clock->after(self, 5ms, caf::tick_atom_v);
  return {
    [self](run_order& x) {
      self->state.watch = std::make_unique<stopwatch>(x.calls, x.in_flight);
      self->state.order = std::move(x);
      call_on(self);
    },
    // Each of these may end calls, and so make room for others.
    [self](const router::providers_changed& x) {
      self->state.calls->on(x);
      call_on(self);
    },
    [self](const router::provider_lost& x) {
      self->state.calls->on(x);
      call_on(self);
    },
    [self](const router::invocation_result& x) {
      self->state.calls->on(x);
      call_on(self);
    },
    [self, context](caf::tick_atom) {
      self->state.calls->tick();
      call_on(self);
      context->clock->after(self, 5ms, caf::tick_atom_v);
    },
  };
}

} // namespace troupe::bench
