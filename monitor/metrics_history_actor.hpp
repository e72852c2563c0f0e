/// Runs one `metrics_history` per node, on the node's clock.
#pragma once

#include "actors/behavior.hpp"
#include "monitor/metrics_history.hpp"

#include <cstdint>
#include <optional>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::monitor {

/// What was added in the minute that runs and this many complete ones before it?
struct window_query {
  std::uint32_t minutes = 0;
};

using metrics_history_actor = caf::typed_actor<
  // Answers with fewer minutes when the node has not lived as long, or keeps no more.
  caf::replies_to<window_query>::with<metrics_window>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

struct metrics_history_state {
  static inline constexpr const char* name = "metrics-history";
  std::optional<metrics_history> core;
};

/// Spawn function. The history begins when the actor does.
/// @pre `context` outlives the actor; `config.validate()` is none.
metrics_history_actor::behavior_type make_metrics_history(
  metrics_history_actor::stateful_pointer<metrics_history_state> self,
  const actors::actor_context* context, const metrics_history_config& config);

} // namespace troupe::monitor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::monitor::window_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::monitor::metrics_window)
