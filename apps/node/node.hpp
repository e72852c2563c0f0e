/// A node: its supervisor tree over an engine, a clock, a transport and a disk.
///
/// The same tree runs in production (`run_node.hpp`) and in the simulator; only the
/// environment differs. All children but the replicas are of one piece: when one dies of
/// a bug the node ends, and comes back with the next incarnation (a registry that
/// restarted within one incarnation would tell new entries under old versions). The admin
/// actor alone is restarted in place; a replica is quarantined until the node starts
/// again.
#pragma once

#include "actors/base/disk.hpp"
#include "actors/base/log.hpp"
#include "actors/base/metrics.hpp"
#include "actors/behavior.hpp"
#include "actors/codec.hpp"
#include "actors/directory.hpp"
#include "actors/node_clock.hpp"
#include "actors/transport.hpp"
#include "apps/inject/injected_transport.hpp"
#include "apps/node/node_actors.hpp"
#include "apps/node/node_config.hpp"
#include "apps/service_environment.hpp"
#include "cluster/identity_store.hpp"
#include "cluster/link_actor.hpp"
#include "router/data/data_client_actor.hpp"
#include "router/data/data_router_actor.hpp"
#include "router/resp/string_evaluator.hpp"
#include "router/resp_door.hpp"
#include "storage/open_replica.hpp"
#include "storage/sync_pool.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

namespace troupe::apps {

/// Where ordered faults strike, in a node that allows them.
struct fault_seams {
  injected_transport* transport = nullptr; ///< Also the environment's transport.
  stall_gate* disk = nullptr;              ///< Which the environment's disk passes.
  std::function<error(duration)> pause;    ///< Stops the process for so long.
};

/// What a node runs on. Outlives it.
struct node_environment {
  caf::actor_system* engine = nullptr;
  actors::node_clock* clock = nullptr;
  actors::transport* transport = nullptr;
  const actors::message_codecs* codecs = nullptr;
  troupe::disk* disk = nullptr;
  storage::store_opener open_store{};
  std::shared_ptr<storage::sync_pool> syncs{};
  log_sink* log = nullptr;
  std::uint64_t seed = 0;
  std::uint64_t pid = 0;
  bool threads = true; ///< Whether an actor may have a thread of its own.
  storage::replica_observer* observer = nullptr; ///< Of all replicas; may be null.
  std::optional<fault_seams> faults{}; ///< With `node_config::allow_inject` alone.
};

/// Lets the messages of all folders cross links.
void register_all_codecs(actors::message_codecs& codecs);

class node {
public:
  /// `services` makes what this node provides once it has joined; empty: nothing. `ended`
  /// is called once, on some thread: with none after a leave, else with what the node
  /// died of.
  /// @pre `config.validate()` is none.
  node(
    const node_environment& environment, node_config config,
    cluster::stored_identity identity, service_maker services,
    std::function<void(const error&)> ended);
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  void start();

  /// Asks the node to leave its cluster; `ended` follows. Safe from any thread after
  /// `start`, also when none of its actors has run yet.
  void leave();

  /// Ends all actors of the node without leaving; `on_stopped` is called when they have
  /// ended.
  void stop(std::function<void()> on_stopped);

  /// Drops the handles of its actors, which must not outlive the engine. Call it after
  /// `stop` and before the engine ends; the node itself must outlive the engine's actors.
  void forget();

  /// Where the node is in its life. Safe from any thread.
  [[nodiscard]] node_phase phase() const { return phase_; }

  [[nodiscard]] metrics_registry& metrics() { return metrics_; }
  [[nodiscard]] const node_actors& actors() const { return actors_; }

  /// What a RESP door of this node stands on. The door must end before `stop`.
  [[nodiscard]] router::resp_environment resp_environment();

private:
  void heal();
  [[nodiscard]] cluster::local_identity local_identity() const;
  [[nodiscard]] std::vector<actors::child_spec> early_children();
  [[nodiscard]] std::vector<actors::child_spec>
  late_children(const cluster::charter& charter);
  [[nodiscard]] expected<actors::child_handle> start_history();
  [[nodiscard]] expected<actors::child_handle> start_injector();
  [[nodiscard]] expected<actors::child_handle> start_links();
  [[nodiscard]] expected<actors::child_handle> start_founding();
  [[nodiscard]] expected<actors::child_handle> start_lifecycle();
  [[nodiscard]] expected<actors::child_handle> start_admin();
  [[nodiscard]] expected<actors::child_handle> start_membership();
  [[nodiscard]] expected<actors::child_handle> start_registry();
  [[nodiscard]] expected<actors::child_handle>
  start_shards(const cluster::charter& charter);
  [[nodiscard]] expected<actors::child_handle> start_data_router();
  [[nodiscard]] expected<actors::child_handle> start_data_client();
  [[nodiscard]] expected<actors::child_handle> start_gateway();
  [[nodiscard]] expected<actors::child_handle> start_services();
  [[nodiscard]] actors::child_spec host_of(const router::service_definition& service);
  [[nodiscard]] const actors::actor_context* context(const char* part) const;

  node_environment environment_;
  node_config config_;
  cluster::stored_identity identity_;
  service_maker services_;
  std::function<void(const error&)> ended_;
  random_source random_;
  random_source admin_random_; // Of admins alone, so that other draws stay as they were.
  metrics_registry metrics_;
  std::atomic<node_phase> phase_ = node_phase::founding;
  std::atomic<bool> leaving_ = false;
  std::map<std::string, actors::actor_context> contexts_; // Fixed when made.
  actors::directory directory_;
  cluster::link_environment link_environment_;
  node_actors actors_;
  router::data_board data_board_;
  router::session_book sessions_;
  const router::string_evaluator string_commands_; // What Redis's words do to rows.
  router::data_router_environment data_environment_;
  router::data_client_environment data_client_environment_;
  std::optional<service_environment> service_environment_;
  actors::supervisor_actor root_; // Of the thread that starts and stops the node.
};

} // namespace troupe::apps
