#include "registry/owner_watch.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::registry {

std::string_view to_string(owner_state state) {
  switch (state) {
    case owner_state::unknown:
      return "unknown";
    case owner_state::up:
      return "up";
    case owner_state::unconfirmed:
      return "unconfirmed";
    case owner_state::vouched:
      return "vouched";
    case owner_state::down:
      return "down";
    case owner_state::left:
      return "left";
  }
  return "invalid";
}

const owner_watch::owner* owner_watch::find(const node_id& node) const {
  auto found = owners_.find(node);
  return found == owners_.end() ? nullptr : &found->second;
}

void owner_watch::heard_of(
  const node_id& node, troupe::incarnation incarnation, time_point now) {
  owners_.try_emplace(
    node, owner{incarnation, owner_state::unknown, now, std::nullopt, {}});
}

std::vector<node_id>
owner_watch::up(const node_id& node, troupe::incarnation incarnation, time_point now) {
  auto& known = owners_[node];
  auto gone = known.state == owner_state::left && incarnation == known.incarnation;
  auto same = known.state == owner_state::up && incarnation == known.incarnation;
  if (incarnation < known.incarnation || gone || same)
    return {};
  known = {incarnation, owner_state::up, now, std::nullopt, {}};
  return {node};
}

std::vector<node_id> owner_watch::down(
  const node_id& node, troupe::incarnation incarnation, const provider_census& census,
  time_point now) {
  auto& known = owners_[node];
  auto repeated = known.state != owner_state::up && known.state != owner_state::unknown;
  if (incarnation < known.incarnation || (incarnation == known.incarnation && repeated))
    return {};
  auto vanished = incarnation == known.incarnation && known.state == owner_state::up;
  known = {incarnation, owner_state::down, now, std::nullopt, {}};
  auto changed = std::vector{node};
  if (vanished) {
    known.vanished = now;
    doubt(node, census, now, changed);
  }
  return changed;
}

std::vector<node_id>
owner_watch::left(const node_id& node, troupe::incarnation incarnation, time_point now) {
  auto& known = owners_[node];
  if (
    incarnation < known.incarnation
    || (incarnation == known.incarnation && known.state == owner_state::left))
    return {};
  known = {incarnation, owner_state::left, now, std::nullopt, {}};
  return {node};
}

std::vector<node_id> owner_watch::probed(
  const node_id& node, troupe::incarnation incarnation, bool answered, time_point now) {
  auto found = owners_.find(node);
  if (found == owners_.end())
    return {};
  auto& known = found->second;
  if (incarnation != known.incarnation || !known.disputed())
    return {};
  auto state = answered ? owner_state::vouched : owner_state::down;
  if (state == known.state)
    return {};
  known.state = state;
  known.since = now;
  known.vanished.reset(); // Evidence: the loss is no longer in doubt, either way.
  return {node};
}

void owner_watch::doubt(
  const node_id& lost, const provider_census& census, time_point now,
  std::vector<node_id>& changed) {
  auto offers = census.find(lost);
  if (offers == census.end())
    return;
  auto lately = lost_lately(census, now);
  auto keep = std::set<node_id>{};
  if (too_many(lately, census))
    keep = lately;
  for (auto service : offers->second) {
    if (served_by_anyone(service, census))
      continue;
    for (const auto& node : lately)
      if (std::ranges::count(census.at(node), service) > 0)
        keep.insert(node);
  }
  for (const auto& node : keep) {
    auto& known = owners_.at(node);
    if (known.state != owner_state::down)
      continue;
    known.state = owner_state::unconfirmed;
    known.since = now;
    known.probe_due = now;
    if (node != lost)
      changed.push_back(node);
  }
}

std::set<node_id>
owner_watch::lost_lately(const provider_census& census, time_point now) const {
  auto result = std::set<node_id>{};
  for (const auto& [node, known] : owners_)
    if (
      known.vanished && now - *known.vanished <= config_.detection_window
      && census.contains(node))
      result.insert(node);
  return result;
}

bool owner_watch::too_many(
  const std::set<node_id>& lost, const provider_census& census) const {
  if (lost.size() < config_.vanished_owners_min)
    return false;
  auto vanished = std::size_t{0};
  auto all = std::size_t{0};
  for (const auto& [node, services] : census) {
    const auto* known = find(node);
    auto counts = lost.contains(node);
    vanished += counts ? services.size() : 0;
    all += counts || (known != nullptr && known->served()) ? services.size() : 0;
  }
  return static_cast<double>(vanished)
         > config_.vanished_ratio_max * static_cast<double>(all);
}

bool owner_watch::served_by_anyone(
  std::string_view service, const provider_census& census) const {
  return std::ranges::any_of(census, [&](const auto& x) {
    const auto* known = find(x.first);
    return known != nullptr && known->served()
           && std::ranges::count(x.second, service) > 0;
  });
}

std::vector<owner_watch::probe> owner_watch::due_probes(time_point now) {
  auto result = std::vector<probe>{};
  for (auto& [node, known] : owners_) {
    if (!known.disputed() || known.probe_due > now)
      continue;
    known.probe_due = now + config_.probe_interval;
    result.push_back({node, known.incarnation});
  }
  return result;
}

std::optional<time_point> owner_watch::next_probe() const {
  auto result = std::optional<time_point>{};
  for (const auto& [node, known] : owners_)
    if (known.disputed() && (!result || known.probe_due < *result))
      result = known.probe_due;
  return result;
}

void owner_watch::check_invariants() const {
  for (const auto& [node, known] : owners_) {
    TROUPE_ASSERT(known.state == owner_state::unknown || known.incarnation.value() > 0);
    // Only a loss that nobody settled is remembered as one.
    TROUPE_ASSERT(
      !known.vanished || known.state == owner_state::down
      || known.state == owner_state::unconfirmed);
    TROUPE_ASSERT(known.state != owner_state::unconfirmed || known.vanished);
  }
}

} // namespace troupe::registry
