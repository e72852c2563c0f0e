/// Serves one service on this node: runs each call once, answers whoever asked last.
///
/// It registers itself as a provider when it starts, and with `drain` takes no new calls
/// but finishes those that run.
#pragma once

#include "actors/behavior.hpp"
#include "cluster/peer.hpp"
#include "registry/registry_actor.hpp"
#include "router/call_lines.hpp"
#include "router/invocation_log.hpp"
#include "router/messages.hpp"
#include "router/service.hpp"

#include <map>
#include <optional>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::router {

using service_host_actor = caf::typed_actor<
  // A call; its result goes to the sender as an invocation_result.
  caf::reacts_to<invocation>,
  // Takes no new calls; answers when the last one has ended.
  caf::replies_to<atom::drain>::with<caf::ok_atom>,
  // Private: a handler has answered.
  caf::reacts_to<call_finished>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

/// The name under which callers address the host of `service`.
[[nodiscard]] std::string host_name(const registry::service_name& service);

struct method_metrics {
  method_metrics(
    metrics_registry& registry, const std::string& service, const std::string& method);

  counter& calls;
  counter& failures;
  counter& refusals;
  histogram& duration;
};

class service_host_state {
public:
  static inline constexpr const char* name = "service-host";
  using pointer = service_host_actor::stateful_pointer<service_host_state>;

  explicit service_host_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, service_definition service,
    const invocation_log_config& config, const registry::registry_actor& registry,
    const node_id& node, troupe::incarnation incarnation);

  void on(const invocation& x);
  void on(const call_finished& x);
  caf::result<caf::ok_atom> drain();
  void tick();

private:
  struct running {
    caf::strong_actor_ptr asker;
    time_point since;
    trace_id trace;
    std::string method;
    method_metrics* metrics = nullptr;
  };

  void register_provider(
    const registry::registry_actor& registry, const node_id& node,
    troupe::incarnation incarnation);
  void run(const invocation& x);
  void log_end(const running& x, const invocation_result& result);
  void reply(const caf::strong_actor_ptr& to, invocation_result x);
  method_metrics& metrics_of(const std::string& method);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  service_definition service_;
  duration tick_period_{};
  std::optional<invocation_log> log_;
  std::optional<call_lines> lines_;
  std::map<call_id, running> running_;
  std::map<std::string, method_metrics> metrics_; // Of methods that exist.
  std::optional<caf::typed_response_promise<caf::ok_atom>> draining_;
};

/// Spawn function.
/// @pre `context` outlives the actor.
service_host_actor::behavior_type make_service_host(
  service_host_actor::stateful_pointer<service_host_state> self,
  const actors::actor_context* context, service_definition service,
  const invocation_log_config& config, const registry::registry_actor& registry,
  const node_id& node, troupe::incarnation incarnation);

} // namespace troupe::router
