/// Owns the shards' replicas on this node: makes those that the charter or the catalog's
/// placement gives it, starts those that it has, tells them whom to suspect, and the
/// registry where a master is.
///
/// One that is damaged, or whose files are gone, is held all the same: quarantined, it
/// takes part in nothing, and shows what has become of it.
///
/// A replica that ends of a bug is held so, too, and the others go on: within an
/// incarnation it must not come back (docs/decisions/0008). When that happens too often,
/// or what all replicas share ends, such as by an error of the disk, this ends, and the
/// node with it.
///
/// Opening a replica waits for the disk: spawn it detached where threads are real. What
/// it starts ends with it.
#pragma once

#include "actors/behavior.hpp"
#include "actors/directory.hpp"
#include "cluster/founding.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/membership_actor.hpp"
#include "registry/registry_actor.hpp"
#include "storage/applier_actor.hpp"
#include "storage/beat_bundler_actor.hpp"
#include "storage/catalog/catalog_feed_actor.hpp"
#include "storage/catalog/placer_actor.hpp"
#include "storage/log_writer_actor.hpp"
#include "storage/open_replica.hpp"
#include "storage/replica_actor.hpp"
#include "storage/storage_config.hpp"
#include "storage/sync_pool.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::storage {

using shards_actor = caf::typed_actor<
  // From the registry: placements; answered with the push's number.
  caf::replies_to<registry::push>::with<std::uint64_t>,
  // From links and membership: whom to suspect.
  caf::reacts_to<cluster::link_news>, caf::reacts_to<cluster::member_news>,
  // From the replicas.
  caf::reacts_to<replica_news>,
  // Who wants to find the replicas.
  caf::reacts_to<subscribe_shards>,
  // Hands all masterships over; the node is about to leave. Answers when none is held
  // here any more, and fails with ec::unreachable when it is known that some will stay.
  caf::replies_to<atom::hand_over, duration>::with<caf::ok_atom>,
  // The replicas of this node, for people.
  caf::replies_to<atom::list_shards>::with<node_replicas>,
  // Private: tells the registry of a mastership again.
  caf::reacts_to<storage::tell_again>>;

/// What shards need of their node. What it points to outlives them.
struct shards_environment {
  const actors::actor_context* context = nullptr;
  actors::directory* directory = nullptr;
  cluster::links_actor links;
  cluster::membership_actor membership;
  registry::registry_actor registry;
  disk* files = nullptr;
  store_opener open_store;
  std::shared_ptr<sync_pool> syncs;
  const evaluator* commands = nullptr; ///< Of the shards with slots.
  node_id self;
  troupe::incarnation incarnation;
  cluster::charter charter;
  bool threads = true; ///< Whether an actor may have a thread of its own.
  replica_observer* observer = nullptr; ///< Of all replicas; may be null.
};

/// Under the node's data directory.
inline constexpr auto shards_directory = "shards";

class shards_state {
public:
  static inline constexpr const char* name = "shards";
  using pointer = shards_actor::stateful_pointer<shards_state>;

  explicit shards_state(pointer self) : self_{self} {}
  shards_state(const shards_state&) = delete;
  shards_state& operator=(const shards_state&) = delete;

  /// Ends what was started.
  ~shards_state();

  /// Fails when the node cannot hold shards: its disk refuses.
  [[nodiscard]] error start(
    shards_environment environment, const storage_config& config, random_source random);

  std::uint64_t on(const registry::push& x);
  void on(const cluster::link_news& x);
  void on(const cluster::member_news& x);
  void on(const replica_news& x);
  void on(const subscribe_shards& x);
  void on(const storage::tell_again& x);
  void on(const caf::down_msg& x);
  caf::result<caf::ok_atom> hand_over(duration deadline);
  caf::result<node_replicas> list();

private:
  struct local_replica {
    replica_id replica;
    replica_actor actor;
    std::optional<replica_news> news; // The last, for those who come later.
    bool registered = false;          // As master.
  };

  void start_helpers();
  [[nodiscard]] error found_catalog();
  [[nodiscard]] error start_existing();
  [[nodiscard]] error start_existing(const identity& who);
  /// Makes the replica that `with` gives to this node, if there is one, and starts it.
  [[nodiscard]] error create(shard_id shard, const founding& with);
  void start_replica(const identity& who, opened_replica opened);
  [[nodiscard]] apply_listener start_feed(const opened_replica& catalog);
  void start_placer(const replica_actor& catalog);
  void suspect(const node_id& node);
  void warn_of_differences() const;
  void tell_registry(local_replica& replica, const replica_status& x);
  void watch(const caf::strong_actor_ptr& x);
  void replica_ended(shard_id shard, const error& why);

  /// Spawns an actor that waits for the disk.
  template <class... Arguments>
  auto spawn_waiting(Arguments&&... arguments) {
    auto& system = self_->system();
    return in_.threads
             ? system.template spawn<caf::detached>(std::forward<Arguments>(arguments)...)
             : system.spawn(std::forward<Arguments>(arguments)...);
  }

  pointer self_;
  shards_environment in_;
  storage_config config_;
  shard_log_config log_config_;
  storage_genesis genesis_;
  std::optional<random_source> random_;
  flusher_actor flusher_;
  applier_actor applier_;
  log_writer_actor log_writer_;
  beat_bundler_actor beats_;
  placer_actor placer_;
  std::vector<caf::strong_actor_ptr> children_; // In the order of their starts.
  std::map<shard_id, local_replica> replicas_;
  std::deque<time_point> ends_; // Of replicas, within `replica_ends_window`.
  std::map<caf::actor_addr, shard_listener> listeners_;
};

/// Spawn function. Ends with ec::system or ec::corrupt when the node's list of replicas
/// cannot be read or a replica cannot be made.
shards_actor::behavior_type make_shards(
  shards_actor::stateful_pointer<shards_state> self, shards_environment environment,
  const storage_config& config, random_source random);

} // namespace troupe::storage
