#include "registry/table.hpp"

#include "actors/base/assert.hpp"

#include <utility>

namespace troupe::registry {

namespace {

// Entries with a value, and their bytes: what cannot be dropped to make room.
struct load {
  std::size_t count = 0;
  std::size_t bytes = 0;
};

// What `owner` would hold after `delta`. Null: nothing yet.
load load_after(const owner_table* owner, const owner_delta& delta) {
  auto result = load{};
  auto adds = owner != nullptr && !owner->replaced_by(delta);
  if (adds)
    result = {owner->live_count(), owner->live_bytes()};
  for (const auto& x : delta.entries) {
    if (adds && x.written <= owner->current())
      continue; // Known already.
    const auto* old = adds ? owner->find(x.key) : nullptr;
    if (old != nullptr && old->live()) {
      --result.count;
      result.bytes -= wire_bytes(x.key, old->value->size());
    }
    if (x.value) {
      ++result.count;
      result.bytes += wire_bytes(x.key, x.value->size());
    }
  }
  return result;
}

error full(const owner_id& owner, const char* limit, std::size_t value) {
  return fail(
    ec::busy, "owner " + to_string(owner) + " is full: registry." + limit + " = "
                + std::to_string(value) + "; deregister or raise it");
}

} // namespace

const owner_table* table::find(const owner_id& owner) const {
  auto found = owners_.find(owner);
  return found == owners_.end() ? nullptr : &found->second;
}

version table::current(const owner_id& owner) const {
  const auto* found = find(owner);
  return found == nullptr ? version{} : found->current();
}

void table::found(const owner_id& owner, version start) {
  auto added = owners_.try_emplace(owner, owner, start).second;
  TROUPE_ASSERT(added);
}

error table::check_entry(const entry_key& key, std::size_t value_bytes) const {
  if (key.name.empty() || key.kind == entry_kind{})
    return fail(ec::invalid_argument, "a registry entry needs a kind and a name");
  if (key.name.size() + key.instance.size() > config_.key_bytes_max)
    return fail(
      ec::too_large, "key " + to_string(key).substr(0, 64)
                       + "... exceeds registry.key_bytes_max = "
                       + std::to_string(config_.key_bytes_max));
  if (value_bytes > config_.value_bytes_max)
    return fail(
      ec::too_large, "value of " + to_string(key) + " has " + std::to_string(value_bytes)
                       + " bytes; registry.value_bytes_max = "
                       + std::to_string(config_.value_bytes_max));
  return {};
}

error table::check_limits(const owner_delta& delta) const {
  for (const auto& x : delta.entries)
    if (auto trouble = check_entry(x.key, x.value ? x.value->size() : 0))
      return trouble;
  const auto* owner = find(delta.owner);
  if (owner == nullptr && owners_.size() >= config_.owners_max)
    return fail(
      ec::busy, "no room for owner " + to_string(delta.owner)
                  + ": registry.owners_max = " + std::to_string(config_.owners_max));
  auto after = load_after(owner, delta);
  if (after.count > config_.owner_entries_max)
    return full(delta.owner, "owner_entries_max", config_.owner_entries_max);
  if (after.bytes > config_.owner_bytes_max)
    return full(delta.owner, "owner_bytes_max", config_.owner_bytes_max);
  return {};
}

error table::put(
  const owner_id& owner, const entry_key& key, byte_buffer value, version at,
  time_point now) {
  // The limits see the write as the delta that other replicas will see.
  auto delta = owner_delta{
    .owner = owner,
    .from = current(owner),
    .to = at,
    .full = false,
    .floor = {},
    .entries = {}};
  delta.entries.push_back({key, at, std::move(value)});
  if (auto trouble = check_limits(delta))
    return trouble;
  auto& found = owners_.at(owner);
  found.write(key, std::move(delta.entries.front().value), at, now);
  found.shrink(config_.owner_tombstones_max, config_.owner_bytes_max);
  return {};
}

error table::erase(
  const owner_id& owner, const entry_key& key, version at, time_point now) {
  auto& found = owners_.at(owner);
  const auto* old = found.find(key);
  if (old == nullptr || !old->live())
    return fail(ec::not_found, "no registry entry " + to_string(key) + " of ours");
  found.write(key, std::nullopt, at, now);
  found.shrink(config_.owner_tombstones_max, config_.owner_bytes_max);
  return {};
}

expected<merge_result> table::merge(const owner_delta& delta, time_point now) {
  if (auto trouble = check_shape(delta))
    return trouble;
  if (delta.to <= current(delta.owner))
    return merge_result{verdict::old, {}};
  if (auto trouble = check_limits(delta))
    return trouble;
  auto owner = owners_.find(delta.owner);
  auto fresh = owner_table{delta.owner};
  auto& target = owner == owners_.end() ? fresh : owner->second;
  auto result = target.merge(delta, now);
  target.shrink(config_.owner_tombstones_max, config_.owner_bytes_max);
  if (owner == owners_.end() && result.what == verdict::merged)
    owners_.emplace(delta.owner, std::move(fresh));
  return result;
}

offer table::lacking(
  const digest& have, const owner_id& first,
  const std::function<bool(const owner_id&)>& offered) const {
  auto result = offer{};
  auto left = config_.delta_bytes_max;
  auto add = [&](const owner_table& owner) {
    auto listed = have.versions.find(owner.owner());
    if (listed == have.versions.end() && have.about == digest::scope::listed)
      return;
    auto theirs = listed == have.versions.end() ? version{} : listed->second;
    if (theirs >= owner.current() || !offered(owner.owner()))
      return;
    auto delta = owner.delta_since(theirs, left);
    result.more = result.more || !delta || delta->to < owner.current();
    if (!delta)
      return;
    left -= wire_bytes(*delta);
    result.deltas.push_back(std::move(*delta));
  };
  auto start = owners_.lower_bound(first);
  for (auto i = start; i != owners_.end(); ++i)
    add(i->second);
  for (auto i = owners_.begin(); i != start; ++i)
    add(i->second);
  return result;
}

void table::drop_tombstones(time_point until) {
  for (auto& [id, owner] : owners_)
    owner.drop_tombstones(until);
}

void table::check_invariants() const {
  TROUPE_ASSERT(owners_.size() <= config_.owners_max);
  for (const auto& [id, owner] : owners_) {
    TROUPE_ASSERT(owner.owner() == id);
    TROUPE_ASSERT(owner.live_count() <= config_.owner_entries_max);
    TROUPE_ASSERT(owner.bytes() <= config_.owner_bytes_max);
    TROUPE_ASSERT(owner.tombstone_count() <= config_.owner_tombstones_max);
    owner.check_invariants();
  }
}

} // namespace troupe::registry
