/// The registry of one node: who offers what, who wants to know, and what to tell whom.
///
/// Pure: the caller supplies messages, news and time, and performs the output. One
/// instance serves one node and is not thread-safe. Eventually consistent: only an owner
/// writes its entries, and the highest version wins (design decision 4).
///
/// How the shell uses it, one actor per node:
/// - `registry.sync` frames of peers go to `heard`; `sends` go out the same way,
/// unordered
///   and unacknowledged: a lost one is made good by the next round.
/// - Membership's news goes to `owner_up`, `owner_down` and `owner_left`, each with the
///   incarnation that it is about; news of this node itself is ignored.
/// - At joining, `sync_with` a seed, and again when nothing came back in time.
/// - A `probe` is a direct dial of that node by its own links, past membership; it ends
/// in
///   one call of `probed` (a deadline counts as no answer).
/// - Each catalog replica here reports what shard 0 committed by `catalog_changed`; on
///   ec::wrong_state it watches the log from `version_of(owner_id::catalog())`, and gives
///   `catalog_snapshot` only when the log does not reach back so far.
/// - A push is one message to a local subscriber, who answers with its number (`acked`);
///   when a subscriber dies: `unsubscribe`.
/// - `tick` is due at `wake` of the latest output, and may come earlier or later.
/// - Draining: write the state, wait until `behind(name)` is empty or the deadline is
///   over; leaving: `deregister_all`, wait likewise, then tell membership.
///
/// Invariants: registry_invariants.cpp. Cost: a write O(log entries + interested nodes);
/// a digest O(owners); a loss of an owner O(all providers).
/// Source: design sections 4 and 5; Scuttlebutt (van Renesse et al., 2008).
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "registry/owner_watch.hpp"
#include "registry/registry_config.hpp"
#include "registry/subscriptions.hpp"
#include "registry/sync.hpp"
#include "registry/table.hpp"
#include "registry/view.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::registry {

class registry_core {
public:
  struct send {
    node_id to;
    sync_message what;
  };

  /// Something that an honest, equally configured cluster does not do: warn and count.
  struct report {
    node_id peer; ///< Who said so.
    owner_id owner;
    error why;
  };

  /// What the caller must do, in this order.
  struct output {
    std::vector<send> sends;
    std::vector<push> pushes; ///< To local subscribers, in order.
    std::vector<owner_watch::probe> probes;
    std::vector<report> reports;
    time_point wake; ///< Call `tick` then.
  };

  /// @param incarnation of this node's process; durable, so it is higher than any before.
  /// @param seed decides which peers are spoken to.
  /// @pre `config.validate()` finds nothing, and `incarnation` is at least 1.
  registry_core(
    const registry_config& config, const node_id& self, troupe::incarnation incarnation,
    std::uint64_t seed, time_point now);

  // This node's entries.

  /// Writes an entry; the same value again changes nothing. Errors: see `table::put`.
  [[nodiscard]] expected<output>
  put(const entry_key& key, byte_buffer value, time_point now);
  /// Deregisters an entry. ec::not_found.
  [[nodiscard]] expected<output> erase(const entry_key& key, time_point now);
  [[nodiscard]] output deregister_all(time_point now);

  // The catalog, as a replica of shard 0 on this node tells it.

  /// Every entry that shard 0 changed in (from, to], oldest first. Ignored when known.
  /// ec::wrong_state: `from` is after what is known here. ec::busy and ec::too_large: it
  /// exceeds a limit. ec::malformed: see `check_shape`.
  [[nodiscard]] expected<output>
  catalog_changed(version from, version to, std::vector<entry> changes, time_point now);
  /// All entries that shard 0 has at `at`. Errors as above, but for ec::wrong_state.
  [[nodiscard]] expected<output>
  catalog_snapshot(version at, std::vector<entry> entries, time_point now);

  // Other nodes.

  [[nodiscard]] output
  heard(const node_id& peer, const sync_message& message, time_point now);
  /// Starts an exchange of everything with `peer`.
  [[nodiscard]] output sync_with(const node_id& peer, time_point now);
  [[nodiscard]] output
  owner_up(const node_id& node, troupe::incarnation incarnation, time_point now);
  /// Hides the owner's entries, or keeps them unconfirmed (see `owner_watch`).
  [[nodiscard]] output
  owner_down(const node_id& node, troupe::incarnation incarnation, time_point now);
  /// Removes the owner's entries of this incarnation and any before.
  [[nodiscard]] output
  owner_left(const node_id& node, troupe::incarnation incarnation, time_point now);
  [[nodiscard]] output probed(
    const node_id& node, troupe::incarnation incarnation, bool answered, time_point now);

  // Local subscribers.

  /// Errors: see `subscriptions::add`.
  [[nodiscard]] expected<output>
  subscribe(subscriber_id id, const pattern& wanted, time_point now);
  void unsubscribe(subscriber_id id) { subscriptions_.remove(id); }
  /// Errors: see `subscriptions::acked`.
  [[nodiscard]] expected<output>
  acked(subscriber_id id, std::uint64_t number, time_point now);

  /// Advances time.
  [[nodiscard]] output tick(time_point now);

  // Reading.

  /// The entries served under `name`, or of the whole kind when it is empty, ordered by
  /// name, owner, instance.
  [[nodiscard]] std::vector<view_entry>
  lookup(entry_kind kind, std::string_view name) const {
    return view_.select(kind, name);
  }
  /// The nodes interested in `name` that have not confirmed our latest write.
  [[nodiscard]] std::set<node_id> behind(std::string_view name) const;
  [[nodiscard]] version version_of(const owner_id& owner) const {
    return table_.current(owner);
  }
  [[nodiscard]] owner_state state_of(const node_id& node) const;
  [[nodiscard]] const table& state() const { return table_; }
  [[nodiscard]] digest whole_digest() const;

  /// Stops the process when an invariant is broken. Cost: O(everything).
  void check_invariants() const;

private:
  /// How far a peer is with an owner whose writes this node pushes.
  struct progress {
    version sent;      ///< Given to the peer, or had by it.
    version confirmed; ///< Had by it, by its own word.
  };
  struct peer_progress {
    progress own;
    progress catalog;
  };
  /// One input being worked on.
  struct turn {
    time_point now;
    output out;
    std::vector<view_change> changes;
  };

  [[nodiscard]] owner_id self() const { return owner_id{self_}; }
  [[nodiscard]] version next_own() const { return version_of(self()).next(); }
  [[nodiscard]] output finish(turn& t);

  // registry_core.cpp: the view.
  [[nodiscard]] bool served(const owner_id& owner) const;
  [[nodiscard]] view_entry served_as(
    const owner_id& owner, const entry_key& key, const owner_table::record& x) const;
  void refresh(const owner_id& owner, const entry_key& key, turn& t);
  void refresh_owner(const owner_id& owner, turn& t);
  void refresh_owners(const std::vector<node_id>& nodes, turn& t);
  void collect(turn& t);
  [[nodiscard]] provider_census census() const;
  [[nodiscard]] expected<output> tell_catalog(const owner_delta& delta, time_point now);

  // registry_gossip.cpp: what peers are told and asked.
  void gossip(turn& t);
  void push_directly(const owner_id& owner, const std::vector<entry_key>& keys, turn& t);
  [[nodiscard]] std::set<node_id> audience(const entry_key& key) const;
  [[nodiscard]] std::set<node_id> interested_in(std::string_view name) const;
  [[nodiscard]] verdict take_in(const node_id& peer, const owner_delta& delta, turn& t);
  void check_own(const node_id& peer, version claimed, turn& t);
  void answer(const node_id& peer, const digest& have, sync_message& reply);
  void ask_for_missing(const node_id& peer, const digest& have, digest& asks, turn& t);
  /// Null when it is not kept: for another's writes, or a peer that is not served.
  [[nodiscard]] progress* progress_of(const node_id& peer, const owner_id& owner);
  void note_progress(const node_id& peer, const digest& have);
  [[nodiscard]] bool left_by(const owner_id& owner, std::uint64_t era) const;
  [[nodiscard]] bool wanted(const owner_id& owner, version offered) const;
  [[nodiscard]] bool relayed(const owner_id& owner) const;

  registry_config config_;
  node_id self_;
  incarnation incarnation_;
  random_source random_;
  table table_;
  owner_watch watch_;
  view view_; // Equal to what table_ and watch_ say.
  subscriptions subscriptions_;
  std::map<node_id, peer_progress> peers_;
  time_point next_gossip_;
  time_point next_collect_;
};

} // namespace troupe::registry
