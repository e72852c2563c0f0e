#include "monitor/metrics_history_actor.hpp"

#include <chrono>

namespace troupe::monitor {

namespace {

using namespace std::chrono_literals;

constexpr auto minute = duration{1min};

} // namespace

metrics_history_actor::behavior_type make_metrics_history(
  metrics_history_actor::stateful_pointer<metrics_history_state> self,
  const actors::actor_context* context, const metrics_history_config& config) {
  actors::install_defaults(self, context);
  auto& core = self->state.core;
  core.emplace(config, context->metrics->snapshot(), context->clock->now());
  context->clock->after(self, minute, caf::tick_atom_v);
  return {
    [&core, context](const window_query& x) {
      return core->window(x.minutes, context->metrics->snapshot(), context->clock->now());
    },
    [self, &core, context](caf::tick_atom) {
      core->minute_ended(context->metrics->snapshot(), context->clock->now());
      context->clock->after(self, minute, caf::tick_atom_v);
    },
  };
}

} // namespace troupe::monitor
