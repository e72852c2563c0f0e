/// Watches the providers of one service for the callers on this node, and publishes who
/// they are and how to reach them.
///
/// It is not on the path of a call: callers pick from the snapshot that it publishes. A
/// provider is out at once when its link breaks or its actor ends; it is in again when
/// its link is up and the registry still serves it.
#pragma once

#include "actors/behavior.hpp"
#include "actors/directory.hpp"
#include "cluster/links_actor.hpp"
#include "registry/entries.hpp"
#include "registry/registry_actor.hpp"
#include "router/messages.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::router {

using service_router_actor = caf::typed_actor<
  // From the registry; answered with the push's number.
  caf::replies_to<registry::push>::with<std::uint64_t>,
  // From the links.
  caf::reacts_to<cluster::link_news>,
  // News of providers from now on.
  caf::reacts_to<subscribe_providers>,
  // Private: time to look up again those that could not be found.
  caf::reacts_to<caf::tick_atom>>;

/// What service routers need of their node. Outlives them.
struct service_router_environment {
  const actors::actor_context* context = nullptr;
  actors::directory* directory = nullptr; ///< For providers on this node.
  cluster::links_actor links;
  registry::registry_actor registry;
  node_id self;
};

class service_router_state {
public:
  static inline constexpr const char* name = "service-router";
  using pointer = service_router_actor::stateful_pointer<service_router_state>;

  explicit service_router_state(pointer self) : self_{self} {}

  void start(
    const service_router_environment* environment, const registry::service_name& service);

  std::uint64_t on(const registry::push& x);
  void on(const cluster::link_news& x);
  void on(const subscribe_providers& x);
  void on(const caf::down_msg& x);
  void tick();

private:
  struct known_provider {
    provider what;
    caf::strong_actor_ptr reference; // Null until it was looked up.
    bool cut_off = false;            // Its link is broken at the moment.
  };

  void take(const registry::view_change& x);
  void remove(const provider_key& key, const error& why);
  void look_up(const provider_key& key);
  void found(const provider_key& key, const caf::strong_actor_ptr& reference);
  void publish();
  void tell_lost(const provider_key& key, const error& why);

  pointer self_;
  const service_router_environment* environment_ = nullptr;
  std::map<provider_key, known_provider> entries_;
  std::map<caf::actor_addr, provider_key> monitored_;
  std::map<caf::actor_addr, provider_listener> listeners_;
  std::size_t looking_up_ = 0; // What is published waits for it.
  provider_snapshot_ptr published_ = std::make_shared<provider_snapshot>();
};

/// Spawn function.
/// @pre `environment` outlives the actor.
service_router_actor::behavior_type make_service_router(
  service_router_actor::stateful_pointer<service_router_state> self,
  const service_router_environment* environment, const registry::service_name& service);

} // namespace troupe::router
