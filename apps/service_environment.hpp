/// What the services of an app may use of the node that they run on.
///
/// The node makes one, hands it to `app::services`, and keeps it for as long as its
/// services live; handlers may refer to it. Safe from any thread.
#pragma once

#include "actors/base/error.hpp"
#include "actors/behavior.hpp"
#include "actors/supervisor_actor.hpp"
#include "cluster/member.hpp"
#include "router/data/data_client_actor.hpp"
#include "router/gateway_actor.hpp"
#include "router/service.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>

namespace troupe::apps {

class service_environment {
public:
  /// Told the end of a call, once, in an actor; must not block.
  using callback = std::function<void(expected<router::call_answer>)>;

  /// @pre `engine` and `context` outlive this.
  service_environment(
    caf::actor_system* engine, const actors::actor_context* context,
    cluster::node_identity self, router::gateway_actor gateway,
    router::data_client_actor data);

  /// Name, id and incarnation of the node.
  [[nodiscard]] const cluster::node_identity& self() const { return self_; }

  /// The node's clock, its metrics, and a log for the services.
  [[nodiscard]] const actors::actor_context& context() const { return *context_; }

  /// Calls any service of the cluster by its name, written `group/interface:version`.
  /// Fails as `router::gateway_actor` does, and with ec::stopping when the node ends.
  void call(const std::string& service, router::call_request what, callback done) const;

  /// What `call` calls through, for actors with requests of their own.
  [[nodiscard]] const router::gateway_actor& gateway() const { return gateway_; }

  /// Reads and writes the keys of all shards.
  [[nodiscard]] const router::data_client_actor& data() const { return data_; }

  /// Starts an actor of the app: `function(self, context, arguments...)` is its spawn
  /// function. The node ends it when it stops, and ends itself when the actor dies of a
  /// bug: nobody else could start it again under the handles that are out.
  /// Only while `app::services` runs.
  template <class Function, class... Arguments>
  auto spawn(Function function, Arguments&&... arguments) {
    auto result
      = engine_->spawn(function, context_, std::forward<Arguments>(arguments)...);
    started_.emplace_back(result);
    return result;
  }

  /// What `spawn` has started, in order.
  [[nodiscard]] const std::vector<actors::child_handle>& started() const {
    return started_;
  }

private:
  caf::actor_system* engine_;
  const actors::actor_context* context_;
  cluster::node_identity self_;
  router::gateway_actor gateway_;
  router::data_client_actor data_;
  std::vector<actors::child_handle> started_;
};

/// Makes the services that a node provides. Runs once in a node's life, when it has
/// joined its cluster, in one of its actors: it must not block.
using service_maker
  = std::function<std::vector<router::service_definition>(service_environment&)>;

} // namespace troupe::apps
