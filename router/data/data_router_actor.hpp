/// Knows where the shards are, for everybody on this node, and carries requests to other
/// nodes.
///
/// It is not on the path of a request to a replica of this node: doors and actors read
/// the snapshot that it publishes (`data_board`, or `subscribe_data`) and send to the
/// replica themselves. A request for a replica elsewhere is given to it as `forward`: it
/// holds the references, and brings the answers back to the asker's sink. When the link
/// to a node breaks, each sink that waits for that node is told `lost`; what surely never
/// arrived is refused instead.
///
/// It also tells the masters which sessions of this node are closed, so that they forget
/// their replies.
#pragma once

#include "actors/behavior.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/membership_actor.hpp"
#include "registry/registry_actor.hpp"
#include "router/data/data_board.hpp"
#include "router/data/data_map_builder.hpp"
#include "router/data/data_router_config.hpp"
#include "router/data/forwards.hpp"
#include "router/data/messages.hpp"
#include "router/data/session_closings.hpp"
#include "router/data/sessions.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::router {

using data_router_actor = caf::typed_actor<
  // From the ears that it has in the registry; answered with the push's number.
  caf::replies_to<heard_entries>::with<std::uint64_t>,
  // From membership and the links.
  caf::reacts_to<cluster::member_news>, caf::reacts_to<cluster::link_news>,
  // From this node's shards.
  caf::reacts_to<storage::replica_opened>, caf::reacts_to<storage::replica_news>,
  // News of the map from now on.
  caf::reacts_to<subscribe_data>,
  // Carries requests to another node; from this node's doors and actors.
  caf::reacts_to<forward>,
  // From replicas of other nodes.
  caf::reacts_to<storage::remote_answers>,
  // Private: masters' answers about closed sessions, and the actor's own timer.
  caf::reacts_to<closings_answered>, caf::reacts_to<caf::tick_atom>>;

/// What the data router needs of its node. Outlives it.
struct data_router_environment {
  const actors::actor_context* context = nullptr;
  node_id self;
  cluster::links_actor links;
  cluster::membership_actor membership;
  registry::registry_actor registry;
  caf::typed_actor<caf::reacts_to<storage::subscribe_shards>> shards;
  data_board* board = nullptr;
  session_book* sessions = nullptr;
  data_router_config config;
};

struct data_router_metrics {
  explicit data_router_metrics(metrics_registry& registry);

  counter& forwarded;
  counter& refused;
  counter& lost;
};

class data_router_state {
public:
  static inline constexpr const char* name = "data-router";
  using pointer = data_router_actor::stateful_pointer<data_router_state>;

  explicit data_router_state(pointer self) : self_{self} {}
  data_router_state(const data_router_state&) = delete;
  data_router_state& operator=(const data_router_state&) = delete;

  /// Ends the ears.
  ~data_router_state();

  void start(const data_router_environment* environment);

  std::uint64_t on(const heard_entries& x);
  void on(const cluster::member_news& x);
  void on(const cluster::link_news& x);
  void on(const storage::replica_opened& x);
  void on(const storage::replica_news& x);
  void on(const subscribe_data& x);
  void on(forward& x);
  void on(storage::remote_answers& x);
  void on(const closings_answered& x);
  void on(const caf::down_msg& x);
  void tick();

private:
  /// A replica of another node. Without a handle it is being looked up.
  struct reference {
    storage::replica_actor replica;
    std::vector<std::pair<forwards::batch_id, storage::remote_requests>> waiting;
  };
  using place = std::pair<node_id, shard_id>;

  void listen(registry::entry_kind kind);
  void publish();
  void serve_here(forward& x);
  void look_up(const place& where);
  void
  send(const place& where, forwards::batch_id batch, storage::remote_requests requests);
  void failed(const place& where, forwards::batch_id batch, const error& why);
  void tell_closings();
  [[nodiscard]] time_point now() const { return environment_->context->clock->now(); }

  pointer self_;
  const data_router_environment* environment_ = nullptr;
  std::vector<registry::registry_listener> ears_;
  data_map_builder builder_;
  data_snapshot_ptr published_;
  std::map<shard_id, storage::replica_actor> local_;
  std::map<caf::actor_addr, data_listener> listeners_;
  std::optional<forwards> forwards_;
  std::map<place, reference> references_;
  std::map<caf::actor_addr, place> places_; // Of references.
  std::set<node_id> pinned_;                // Their links are kept open.
  std::set<node_id> cut_off_;               // Their link is broken at the moment.
  session_closings closings_;
  std::shared_ptr<data_sink> closings_sink_;
  std::optional<data_router_metrics> metrics_;
};

/// Spawn function.
/// @pre `environment` outlives the actor.
data_router_actor::behavior_type make_data_router(
  data_router_actor::stateful_pointer<data_router_state> self,
  const data_router_environment* environment);

} // namespace troupe::router
