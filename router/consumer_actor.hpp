/// Calls a service: inside an actor of yours (`consumer`), or from anywhere
/// (`consumer_actor`).
///
/// The call goes from the caller's own actor straight to a provider that it picks from
/// the snapshot of its service router; nobody else is on its path.
#pragma once

#include "actors/behavior.hpp"
#include "router/call_lines.hpp"
#include "router/call_table.hpp"
#include "router/messages.hpp"
#include "router/service_router_actor.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::router {

/// What an actor that calls a service has in its interface: it hands each of these
/// messages to its `consumer`.
using consumer_parts = caf::typed_actor<
  caf::reacts_to<providers_changed>, caf::reacts_to<provider_lost>,
  caf::reacts_to<invocation_result>>;

/// The calls of one actor to one service. Lives in that actor's state; used by it alone.
class consumer {
public:
  /// Told the end of a call, once, in the owner's actor.
  using callback = std::function<void(expected<call_answer>)>;

  /// @pre `config.validate()` is none; `owner` is the actor that this is used in, and
  /// ends it before itself.
  consumer(
    const actors::actor_context* context, call_config config, std::string service,
    random_source random, const consumer_parts& owner);

  /// Calls; `done` may run before this returns.
  void call(call_request x, callback done);

  void on(const providers_changed& x);
  void on(const provider_lost& x);
  void on(const invocation_result& x);

  /// Ends calls past their deadline; call it every few milliseconds while there are any.
  void tick();

  [[nodiscard]] std::size_t calls_count() const { return table_.size(); }

private:
  void perform(call_table::output out);
  void log_end(const call_table::ending& x);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  const actors::actor_context* context_;
  caf::actor_addr owner_; // Weak: the owner holds this.
  std::string service_;
  call_lines lines_;
  call_table table_;
  provider_snapshot_ptr providers_;
  std::map<std::uint64_t, callback> callbacks_;
};

using consumer_actor = caf::typed_actor<
  // Calls the service; fails with what the handler failed with, ec::deadline_exceeded,
  // ec::link_lost, ec::unreachable or ec::busy.
  caf::replies_to<call_request>::with<call_answer>,
  // See consumer_parts.
  caf::reacts_to<providers_changed>, caf::reacts_to<provider_lost>,
  caf::reacts_to<invocation_result>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

struct consumer_state {
  static inline constexpr const char* name = "consumer";
  std::optional<consumer> calls;
  bool ticking = false; // Only while calls are under way.
};

/// Spawn function: calls `service` through `router`.
/// @pre `context` outlives the actor.
consumer_actor::behavior_type make_consumer(
  consumer_actor::stateful_pointer<consumer_state> self,
  const actors::actor_context* context, const call_config& config,
  const std::string& service, random_source random, const service_router_actor& router);

} // namespace troupe::router
