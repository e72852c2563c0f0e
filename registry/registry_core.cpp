#include "registry/registry_core.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace troupe::registry {

registry_core::registry_core(
  const registry_config& config, const node_id& self, troupe::incarnation incarnation,
  std::uint64_t seed, time_point now)
    : config_{config}, self_{self},
      incarnation_{incarnation}, random_{seed}, table_{config}, watch_{config},
      subscriptions_{config}, next_collect_{now + config.collect_interval} {
  TROUPE_ASSERT(incarnation.value() > 0);
  table_.found(owner_id::catalog(), {});
  table_.found(owner_id{self}, {incarnation.value(), 0});
  // Nodes that start together must not speak together for ever.
  next_gossip_ = now + random_.between(duration{0}, duration{config.gossip_interval});
}

registry_core::output registry_core::finish(turn& t) {
  subscriptions_.publish(t.changes, t.out.pushes);
  t.out.probes = watch_.due_probes(t.now);
  t.out.wake = std::min(next_gossip_, next_collect_);
  if (auto probe = watch_.next_probe())
    t.out.wake = std::min(t.out.wake, *probe);
  return std::move(t.out);
}

expected<registry_core::output>
registry_core::put(const entry_key& key, byte_buffer value, time_point now) {
  auto t = turn{now, {}, {}};
  const auto* old = table_.find(self())->find(key);
  if (old != nullptr && old->value == value)
    return finish(t);
  if (auto trouble = table_.put(self(), key, std::move(value), next_own(), now))
    return trouble;
  refresh(self(), key, t);
  push_directly(self(), {key}, t);
  return finish(t);
}

expected<registry_core::output>
registry_core::erase(const entry_key& key, time_point now) {
  auto t = turn{now, {}, {}};
  if (auto trouble = table_.erase(self(), key, next_own(), now))
    return trouble;
  refresh(self(), key, t);
  push_directly(self(), {key}, t);
  return finish(t);
}

registry_core::output registry_core::deregister_all(time_point now) {
  auto t = turn{now, {}, {}};
  auto keys = std::vector<entry_key>{};
  for (const auto& [key, x] : table_.find(self())->records())
    if (x.live())
      keys.push_back(key);
  for (const auto& key : keys) {
    auto trouble = table_.erase(self(), key, next_own(), now);
    TROUPE_ASSERT(!trouble);
    refresh(self(), key, t);
  }
  push_directly(self(), keys, t);
  return finish(t);
}

expected<registry_core::output> registry_core::catalog_changed(
  version from, version to, std::vector<entry> changes, time_point now) {
  return tell_catalog(
    {.owner = owner_id::catalog(),
     .from = from,
     .to = to,
     .full = false,
     .floor = {},
     .entries = std::move(changes)},
    now);
}

expected<registry_core::output>
registry_core::catalog_snapshot(version at, std::vector<entry> entries, time_point now) {
  // The snapshot has no tombstones, so whoever stands before it needs all of it.
  return tell_catalog(
    {.owner = owner_id::catalog(),
     .from = {},
     .to = at,
     .full = true,
     .floor = at,
     .entries = std::move(entries)},
    now);
}

expected<registry_core::output>
registry_core::tell_catalog(const owner_delta& delta, time_point now) {
  auto t = turn{now, {}, {}};
  auto merged = table_.merge(delta, now);
  if (!merged)
    return std::move(merged.error());
  if (merged->what == verdict::gap)
    return fail(
      ec::wrong_state, "the registry has the catalog up to "
                         + to_string(version_of(delta.owner)) + ", not up to "
                         + to_string(delta.from) + "; watch it from there");
  for (const auto& key : merged->changed)
    refresh(delta.owner, key, t);
  push_directly(delta.owner, merged->changed, t);
  return finish(t);
}

registry_core::output registry_core::owner_up(
  const node_id& node, troupe::incarnation incarnation, time_point now) {
  auto t = turn{now, {}, {}};
  if (node == self_)
    return finish(t);
  if (const auto* known = watch_.find(node);
      known != nullptr && known->incarnation < incarnation)
    peers_.erase(node); // Its memory ended with its last incarnation.
  refresh_owners(watch_.up(node, incarnation, now), t);
  return finish(t);
}

registry_core::output registry_core::owner_down(
  const node_id& node, troupe::incarnation incarnation, time_point now) {
  auto t = turn{now, {}, {}};
  if (node != self_)
    refresh_owners(watch_.down(node, incarnation, census(), now), t);
  return finish(t);
}

registry_core::output registry_core::owner_left(
  const node_id& node, troupe::incarnation incarnation, time_point now) {
  auto t = turn{now, {}, {}};
  if (node == self_ || watch_.left(node, incarnation, now).empty())
    return finish(t);
  auto owner = owner_id{node};
  refresh_owner(owner, t);
  peers_.erase(node);
  if (version_of(owner).era <= incarnation.value())
    table_.forget(owner);
  return finish(t);
}

registry_core::output registry_core::probed(
  const node_id& node, troupe::incarnation incarnation, bool answered, time_point now) {
  auto t = turn{now, {}, {}};
  refresh_owners(watch_.probed(node, incarnation, answered, now), t);
  return finish(t);
}

expected<registry_core::output>
registry_core::subscribe(subscriber_id id, const pattern& wanted, time_point now) {
  auto t = turn{now, {}, {}};
  if (auto trouble = subscriptions_.add(id, wanted, view_, t.out.pushes))
    return trouble;
  return finish(t);
}

expected<registry_core::output>
registry_core::acked(subscriber_id id, std::uint64_t number, time_point now) {
  auto t = turn{now, {}, {}};
  if (auto trouble = subscriptions_.acked(id, number, view_, t.out.pushes))
    return trouble;
  return finish(t);
}

registry_core::output registry_core::tick(time_point now) {
  auto t = turn{now, {}, {}};
  if (now >= next_gossip_) {
    next_gossip_ = now + config_.gossip_interval;
    gossip(t);
  }
  if (now >= next_collect_) {
    next_collect_ = now + config_.collect_interval;
    collect(t);
  }
  return finish(t);
}

owner_state registry_core::state_of(const node_id& node) const {
  if (node == self_)
    return owner_state::up;
  const auto* known = watch_.find(node);
  return known == nullptr ? owner_state::unknown : known->state;
}

bool registry_core::served(const owner_id& owner) const {
  if (owner.is_catalog() || owner == self())
    return true;
  const auto* known = watch_.find(owner.node());
  return known != nullptr && known->served()
         && version_of(owner).era == known->incarnation.value();
}

view_entry registry_core::served_as(
  const owner_id& owner, const entry_key& key, const owner_table::record& x) const {
  auto unconfirmed
    = !owner.is_catalog() && state_of(owner.node()) == owner_state::unconfirmed;
  return {key, owner, x.written, *x.value, unconfirmed};
}

void registry_core::refresh(const owner_id& owner, const entry_key& key, turn& t) {
  const auto* x = table_.find(owner)->find(key);
  if (x != nullptr && x->live() && served(owner))
    view_.show(served_as(owner, key, *x), t.changes);
  else
    view_.hide(owner, key, t.changes);
}

void registry_core::refresh_owner(const owner_id& owner, turn& t) {
  if (const auto* found = table_.find(owner))
    for (const auto& [key, x] : found->records())
      refresh(owner, key, t);
}

void registry_core::refresh_owners(const std::vector<node_id>& nodes, turn& t) {
  for (const auto& node : nodes)
    refresh_owner(owner_id{node}, t);
}

void registry_core::collect(turn& t) {
  auto until = t.now - config_.retention;
  table_.drop_tombstones(until);
  auto over = std::vector<node_id>{};
  for (const auto& [node, known] : watch_.owners())
    if (!known.served() && known.since <= until)
      over.push_back(node);
  for (const auto& node : over) {
    // Not served, so nothing of it is in the view.
    table_.forget(owner_id{node});
    watch_.forget(node);
    peers_.erase(node);
  }
}

provider_census registry_core::census() const {
  auto result = provider_census{};
  for (const auto& [owner, x] : table_.owners()) {
    if (owner.is_catalog())
      continue;
    const auto* known = watch_.find(owner.node());
    if (
      owner != self()
      && (known == nullptr || known->incarnation.value() != x.current().era))
      continue;
    for (const auto& [key, record] : x.records())
      if (record.live() && key.kind == entry_kind::provider)
        result[owner.node()].push_back(key.name);
  }
  return result;
}

} // namespace troupe::registry
