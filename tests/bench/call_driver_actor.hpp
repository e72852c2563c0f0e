/// Calls a service from within a node, as an app's actor does.
#pragma once

#include "router/consumer_actor.hpp"
#include "router/gateway_actor.hpp"
#include "tests/bench/stopwatch.hpp"

#include <functional>
#include <memory>
#include <optional>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::bench {

struct run_order {
  std::uint64_t calls = 0;
  std::uint32_t in_flight = 0;
  std::function<void(run_result)> done;
};

} // namespace troupe::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::bench::run_order)

namespace troupe::bench {

using call_driver_actor = caf::typed_actor<
  // One run at a time.
  caf::reacts_to<run_order>,
  // See router::consumer_parts.
  caf::reacts_to<router::providers_changed>, caf::reacts_to<router::provider_lost>,
  caf::reacts_to<router::invocation_result>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

struct call_driver_state {
  static inline constexpr const char* name = "call-driver";
  std::optional<router::consumer> calls;
  std::optional<run_order> order;
  std::unique_ptr<stopwatch> watch;
};

call_driver_actor::behavior_type make_call_driver(
  call_driver_actor::stateful_pointer<call_driver_state> self,
  const actors::actor_context* context, const router::gateway_actor& gateway);

} // namespace troupe::bench
