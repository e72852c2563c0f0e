/// Runs the node's `registry_core`: syncs with peers, membership's news, local writers
/// and subscribers.
#pragma once

#include "actors/behavior.hpp"
#include "actors/wake_timer.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/membership_actor.hpp"
#include "registry/messages.hpp"
#include "registry/registry_core.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::registry {

/// The name under which peers address it.
inline constexpr auto registry_name = "registry";

using registry_actor = caf::typed_actor<
  // From a peer's registry.
  caf::reacts_to<cluster::peer_identity, sync_message>,
  // From membership.
  caf::reacts_to<cluster::member_news>,
  // Writes an entry of this node. Fails as `registry_core::put`.
  caf::replies_to<put_entry>::with<caf::ok_atom>,
  // Deregisters an entry of this node. Fails with ec::not_found.
  caf::replies_to<erase_entry>::with<caf::ok_atom>,
  // From this node's replica of the catalog. Fails as `registry_core::catalog_changed`:
  // with ec::wrong_state when the registry lacks what came before; tell the state then.
  caf::replies_to<catalog_delta>::with<caf::ok_atom>,
  // The same, all of it. Fails as `registry_core::catalog_snapshot`.
  caf::replies_to<catalog_state>::with<caf::ok_atom>,
  // What is served now.
  caf::replies_to<lookup>::with<std::vector<view_entry>>,
  // Pushes from now on, a snapshot first. Fails as `registry_core::subscribe`.
  caf::replies_to<subscribe_entries>::with<caf::ok_atom>,
  // Deregisters all entries of this node; it is leaving.
  caf::replies_to<atom::withdraw>::with<caf::ok_atom>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

class registry_state {
public:
  static inline constexpr const char* name = "registry";
  using pointer = registry_actor::stateful_pointer<registry_state>;

  explicit registry_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, cluster::links_actor links,
    const cluster::membership_actor& membership, registry_core core);

  void on(const cluster::peer_identity& from, const sync_message& x);
  void on(const cluster::member_news& x);
  caf::result<caf::ok_atom> on(put_entry& x);
  caf::result<caf::ok_atom> on(const erase_entry& x);
  caf::result<caf::ok_atom> on(catalog_delta& x);
  caf::result<caf::ok_atom> on(catalog_state& x);
  caf::result<caf::ok_atom> on(const subscribe_entries& x);
  caf::result<caf::ok_atom> withdraw();
  [[nodiscard]] std::vector<view_entry> find(const lookup& x) const;
  void tick(std::uint64_t number);

private:
  struct subscriber {
    subscriber_id id;
    registry_listener listener;
  };

  caf::result<caf::ok_atom> settle(expected<registry_core::output> out);
  void perform(registry_core::output out);
  void send_push(push x);
  void probe(const owner_watch::probe& x);
  void unsubscribe(const caf::down_msg& x);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  cluster::links_actor links_;
  std::optional<registry_core> core_;
  std::map<node_id, std::string> addresses_; // Of members, for probes.
  std::map<caf::actor_addr, subscriber> subscribers_;
  std::uint64_t last_subscriber_ = 0;
  actors::wake_timer alarm_;
};

/// Spawn function.
/// @pre `context` outlives the actor.
registry_actor::behavior_type make_registry(
  registry_actor::stateful_pointer<registry_state> self,
  const actors::actor_context* context, cluster::links_actor links,
  const cluster::membership_actor& membership, registry_core core);

} // namespace troupe::registry
