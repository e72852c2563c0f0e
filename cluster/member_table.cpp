#include "cluster/member_table.hpp"

#include "actors/base/assert.hpp"

#include <optional>
#include <tuple>

namespace troupe::cluster {

std::string_view to_string(member_event x) {
  switch (x) {
    case member_event::joined:
      return "joined";
    case member_event::restarted:
      return "restarted";
    case member_event::updated:
      return "updated";
    case member_event::suspected:
      return "suspected";
    case member_event::refuted:
      return "refuted";
    case member_event::died:
      return "died";
    case member_event::left:
      return "left";
    case member_event::forgotten:
      return "forgotten";
    case member_event::reclaimed:
      return "reclaimed";
    case member_event::name_conflict:
      return "name_conflict";
    case member_event::accused:
      return "accused";
    case member_event::outlived:
      return "outlived";
    case member_event::cloned:
      return "cloned";
    case member_event::expelled:
      return "expelled";
    case member_event::departed:
      return "departed";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, member_event x) {
  return out << to_string(x);
}

namespace {

bool same_contents(const member& a, const member& b) {
  return std::tie(a.node.name, a.endpoints, a.protocols, a.meta)
         == std::tie(b.node.name, b.endpoints, b.protocols, b.meta);
}

bool was_present(const std::optional<member>& before) {
  return before && present(before->state);
}

/// What happened to a member that is present now, but for a new suspicion of it.
std::optional<member_event>
arrival(const std::optional<member>& before, const member& now) {
  if (!was_present(before))
    return member_event::joined;
  if (before->node.incarnation != now.node.incarnation)
    return member_event::restarted;
  if (!same_contents(*before, now))
    return member_event::updated;
  if (before->state == member_state::suspect && now.state == member_state::alive)
    return member_event::refuted;
  return std::nullopt;
}

std::optional<member_event>
verdict(const std::optional<member>& before, member_state now) {
  if (before && before->state == now)
    return std::nullopt;
  switch (now) {
    case member_state::suspect:
      return member_event::suspected;
    case member_state::dead:
      return member_event::died;
    case member_state::left:
      return member_event::left;
    case member_state::alive:
    case member_state::forgotten:
      break;
  }
  return std::nullopt;
}

} // namespace

member_table::member_table(const member& self) { store(self); }

bool member_table::apply(const member& claim, std::vector<member_news>& news) {
  const auto& id = claim.node.id;
  if (forgotten_.contains(id))
    return false;
  if (claim.state == member_state::forgotten) {
    forget(id, news);
    return true;
  }
  auto before = std::optional<member>{};
  if (const auto* known = find(id)) {
    if (!supersedes(claim, *known))
      return false;
    before = *known;
  }
  store(claim);
  if (present(claim.state)) {
    if (auto event = arrival(before, claim))
      news.push_back({*event, claim, {}});
    if (!was_present(before) || before->node.name != claim.node.name)
      tell_conflicts(claim, news);
  }
  if (auto event = verdict(before, claim.state))
    news.push_back({*event, claim, {}});
  return true;
}

void member_table::forget(const node_id& id, std::vector<member_news>& news) {
  forgotten_.insert(id);
  auto found = members_.find(id);
  if (found == members_.end())
    return;
  news.push_back({member_event::forgotten, found->second, {}});
  remove(id);
}

void member_table::reclaim(const node_id& id, std::vector<member_news>& news) {
  auto found = members_.find(id);
  TROUPE_ASSERT(found != members_.end() && !present(found->second.state));
  news.push_back({member_event::reclaimed, found->second, {}});
  members_.erase(found);
}

void member_table::store(const member& claim) {
  remove(claim.node.id);
  if (claim.state == member_state::alive)
    ++alive_count_;
  if (present(claim.state)) {
    ++present_count_;
    present_names_[claim.node.name].insert(claim.node.id);
  }
  members_.emplace(claim.node.id, claim);
}

void member_table::remove(const node_id& id) {
  auto found = members_.find(id);
  if (found == members_.end())
    return;
  const auto& known = found->second;
  if (known.state == member_state::alive)
    --alive_count_;
  if (present(known.state)) {
    --present_count_;
    auto bearers = present_names_.find(known.node.name);
    bearers->second.erase(id);
    if (bearers->second.empty())
      present_names_.erase(bearers);
  }
  members_.erase(found);
}

void member_table::tell_conflicts(
  const member& claim, std::vector<member_news>& news) const {
  for (const auto& rival : present_names_.at(claim.node.name))
    if (rival != claim.node.id)
      news.push_back({member_event::name_conflict, claim, rival});
}

const member* member_table::find(const node_id& id) const {
  auto found = members_.find(id);
  return found == members_.end() ? nullptr : &found->second;
}

bool member_table::forgotten(const node_id& id) const { return forgotten_.contains(id); }

std::vector<member> member_table::claims() const {
  auto result = std::vector<member>{};
  result.reserve(members_.size() + forgotten_.size());
  for (const auto& [id, known] : members_)
    result.push_back(known);
  for (const auto& id : forgotten_)
    result.push_back(tombstone(id));
  return result;
}

} // namespace troupe::cluster
