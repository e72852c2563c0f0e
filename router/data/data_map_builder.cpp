#include "router/data/data_map_builder.hpp"

#include "storage/catalog/placement_wire.hpp"

#include <algorithm>
#include <set>

namespace troupe::router {

namespace {

error unreadable(const registry::view_entry& x, const error& why) {
  return fail(
    ec::malformed, "entry " + to_string(x.key) + " of " + to_string(x.owner)
                     + " does not parse: " + render(why));
}

bool is_placement(const std::string& key) {
  return key.starts_with(storage::placement_prefix);
}

} // namespace

// -- what the registry tells
// --------------------------------------------------------------

std::vector<error> data_map_builder::configs(const registry::push& x) {
  if (x.snapshot) {
    replicas_.clear();
    slots_ = {};
  }
  auto result = std::vector<error>{};
  for (const auto& change : *x.changes)
    if (auto why = config(change))
      result.push_back(std::move(why));
  return result;
}

error data_map_builder::config(const registry::view_change& x) {
  const auto& key = x.entry.key.name;
  if (!x.entry.owner.is_catalog())
    return {};
  if (key == storage::slot_map_key) {
    auto slots = storage::decode_slot_map(x.entry.value);
    if (!slots)
      return unreadable(x.entry, slots.error());
    slots_ = x.removed ? storage::slot_map{} : std::move(*slots);
  } else if (is_placement(key)) {
    auto placed = storage::decode_placement(x.entry.value);
    if (!placed)
      return unreadable(x.entry, placed.error());
    replicas_.erase(placed->shard);
    if (!x.removed)
      for (const auto& member : placed->with.config.members)
        replicas_[placed->shard].push_back(member.node);
  }
  return {};
}

// The highest epoch outlives a snapshot: an entry that a snapshot lacks is hidden, and
// the mastership before it is as over as it was.
std::vector<error> data_map_builder::roles(const registry::push& x) {
  if (x.snapshot)
    for (auto& [name, roles] : roles_)
      roles.shown.clear();
  auto result = std::vector<error>{};
  for (const auto& change : *x.changes)
    if (auto why = role(change))
      result.push_back(std::move(why));
  return result;
}

error data_map_builder::role(const registry::view_change& x) {
  const auto& entry = x.entry;
  auto role = storage::decode_shard_role(entry.value);
  if (!role)
    return unreadable(entry, role.error());
  if (
    entry.key.name != storage::shard_name(role->shard) || entry.owner.is_catalog()
    || entry.owner.node() != role->node)
    return fail(
      ec::malformed, "entry " + to_string(entry.key) + " of " + to_string(entry.owner)
                       + " speaks of another shard or node");
  auto& roles = roles_[entry.key.name];
  roles.shard = role->shard;
  auto place = std::pair{entry.owner, entry.key.instance};
  if (x.removed) {
    roles.shown.erase(place);
  } else {
    roles.highest = std::max(roles.highest, role->at);
    roles.shown.insert_or_assign(
      place, storage::shard_master{role->at, role->node, role->incarnation});
  }
  return {};
}

void data_map_builder::follows(
  shard_id shard, const std::optional<storage::shard_master>& master) {
  auto name = storage::shard_name(shard);
  if (!master && !roles_.contains(name))
    return;
  auto& roles = roles_[name];
  roles.shard = shard;
  roles.followed = master;
  if (master)
    roles.highest = std::max(roles.highest, master->at);
}

// -- who is there
// -------------------------------------------------------------------------

void data_map_builder::member(const cluster::member_news& x) {
  using enum cluster::member_event;
  const auto& about = x.about;
  switch (x.what) {
    case joined:
    case restarted:
    case updated:
    case suspected:
    case refuted:
    case died:
    case left:
      nodes_[about.node.id] = {
        about.node.name, about.node.incarnation, about.endpoints, present(about.state)};
      break;
    case forgotten:
    case reclaimed:
      nodes_.erase(about.node.id);
      break;
    case name_conflict:
    case accused:
    case outlived:
    case cloned:
    case expelled:
    case departed:
      break; // Nobody comes or goes by these.
  }
}

// -- the map
// ------------------------------------------------------------------------------

// A later incarnation of the node is not the one that was elected. An earlier one is only
// what membership still believes.
bool data_map_builder::may_be_there(const storage::shard_master& x) const {
  auto node = nodes_.find(x.node);
  return node != nodes_.end() && node->second.present
         && node->second.incarnation <= x.incarnation;
}

std::optional<node_id> data_map_builder::master_of(const shard_roles& x) const {
  auto counts = [&](const storage::shard_master& said) {
    return said.at == x.highest && may_be_there(said);
  };
  if (x.followed && counts(*x.followed))
    return x.followed->node;
  for (const auto& [place, announced] : x.shown)
    if (counts(announced))
      return announced.node;
  return std::nullopt;
}

// Membership lists the dead and those that left for a day; whoever asks for the map wants
// to know of those that still hold what it lists.
std::map<node_id, data_node> data_map_builder::listed_nodes() const {
  auto holders = std::set<node_id>{};
  for (const auto& [shard, replicas] : replicas_)
    holders.insert(replicas.begin(), replicas.end());
  auto result = nodes_;
  std::erase_if(result, [&](const auto& x) {
    return !x.second.present && !holders.contains(x.first);
  });
  return result;
}

data_map_ptr data_map_builder::build() {
  auto shards = std::map<shard_id, shard_route>{};
  for (const auto& [shard, replicas] : replicas_)
    shards[shard].replicas = replicas;
  for (const auto& [name, roles] : roles_) {
    auto& route = shards[roles.shard];
    route.at = roles.highest;
    route.master = master_of(roles);
  }
  auto nodes = listed_nodes();
  auto unchanged = shards == last_->shards() && nodes == last_->nodes()
                   && std::ranges::equal(slots_.ranges, last_->ranges());
  if (!unchanged)
    last_ = std::make_shared<data_map>(
      last_->version() + 1, slots_, std::move(shards), std::move(nodes));
  return last_;
}

} // namespace troupe::router
