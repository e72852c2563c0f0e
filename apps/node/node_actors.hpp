/// The handles of a node's actors, for its other actors.
///
/// Start functions publish them as children are started, while others already run; so
/// each reader takes a copy. `root` is there before any child runs; the others are null
/// until their actor was started, in the order of the supervisor's children. Safe from
/// any thread.
#pragma once

#include "actors/supervisor_actor.hpp"
#include "apps/inject/injector_actor.hpp"
#include "apps/node/messages.hpp"
#include "cluster/founding_actor.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/membership_actor.hpp"
#include "monitor/metrics_history_actor.hpp"
#include "registry/registry_actor.hpp"
#include "router/data/data_client_actor.hpp"
#include "router/data/data_router_actor.hpp"
#include "router/gateway_actor.hpp"
#include "storage/shards_actor.hpp"

#include <mutex>

namespace troupe::apps {

struct node_handles {
  actors::supervisor_actor root;
  injector_actor injector; ///< Null, too, in a node that does not allow faults.
  cluster::links_actor links;
  cluster::founding_actor founding;
  monitor::metrics_history_actor history;
  lifecycle_actor lifecycle;
  cluster::membership_actor membership;
  registry::registry_actor registry;
  storage::shards_actor shards;
  router::data_router_actor data;
  router::data_client_actor data_client;
  router::gateway_actor gateway;
};

class node_actors {
public:
  [[nodiscard]] node_handles get() const {
    auto guard = std::lock_guard{mutex_};
    return handles_;
  }

  /// One of them; cheaper than all.
  template <class Handle>
  [[nodiscard]] Handle get(Handle node_handles::*member) const {
    auto guard = std::lock_guard{mutex_};
    return handles_.*member;
  }

  /// Publishes the handle that `member` names.
  template <class Handle>
  void publish(Handle node_handles::*member, Handle handle) {
    auto guard = std::lock_guard{mutex_};
    handles_.*member = std::move(handle);
  }

  /// Drops all; call it before the engine ends, as handles must not outlive it.
  void clear() {
    auto guard = std::lock_guard{mutex_};
    handles_ = {};
  }

private:
  mutable std::mutex mutex_;
  node_handles handles_;
};

} // namespace troupe::apps
