#include "apps/node/shards_view.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace troupe::apps {

namespace {

using storage::replica_status;

struct word {
  node_id node;
  const replica_status* status;
};

/// Of one shard: who says what, by replica.
using words_on_shard = std::map<replica_id, word>;

/// The nodes, as rows show them.
class node_list {
public:
  explicit node_list(const std::vector<cluster::member>& members) {
    for (const auto& x : members)
      members_.emplace(x.node.id, &x);
  }

  [[nodiscard]] node_name name_of(const node_id& id) const {
    auto found = members_.find(id);
    if (found == members_.end())
      return node_name{to_string(id)};
    const auto& name = found->second->node.name;
    return is_replaced(*found->second)
             ? node_name{name.value() + " (" + to_string(id).substr(0, 8) + ")"}
             : name;
  }

  [[nodiscard]] std::string state_of(const node_id& id) const {
    auto found = members_.find(id);
    return std::string{
      found == members_.end() ? "unknown" : cluster::to_string(found->second->state)};
  }

private:
  /// Whether it is gone, and another bears its name.
  [[nodiscard]] bool is_replaced(const cluster::member& x) const {
    return !cluster::present(x.state)
           && std::ranges::any_of(members_, [&](const auto& y) {
                return y.first != x.node.id && y.second->node.name == x.node.name;
              });
  }

  std::map<node_id, const cluster::member*> members_;
};

/// The master of the highest epoch that somebody claims; null when nobody does.
const word* master_of(const words_on_shard& words) {
  const word* result = nullptr;
  for (const auto& [replica, x] : words)
    if (x.status->announced && (!result || x.status->at > result->status->at))
      result = &x;
  return result;
}

epoch highest_epoch(const words_on_shard& words) {
  auto result = epoch{};
  for (const auto& [replica, x] : words)
    result = std::max(result, x.status->at);
  return result;
}

std::uint64_t distance(lsn from, lsn to) {
  return to > from ? to.value() - from.value() : 0;
}

replica_row row_of(const word& x) {
  const auto& status = *x.status;
  auto result = replica_row{};
  result.replica = status.replica;
  result.role = status.quarantined ? "quarantined" : to_string(status.role);
  result.durable = status.durable;
  result.commit = status.commit;
  result.applied = status.applied;
  return result;
}

/// The master's word on a member, completed by its own.
replica_row
row_of(const storage::peer_status& peer, const word& master, const word* own) {
  auto result = own ? row_of(*own) : replica_row{};
  result.replica = peer.replica;
  if (!own)
    result.role = to_string(peer.role);
  result.voter = peer.voter;
  if (peer.heard) {
    result.durable = peer.durable;
    result.applied = peer.applied;
  }
  if (result.durable)
    result.lag = distance(*result.durable, master.status->end);
  return result;
}

/// Nobody but itself tells of a replica that has no master, if it does.
replica_row row_of(const storage::member& placed, const word* own) {
  auto result = own ? row_of(*own) : replica_row{};
  result.replica = placed.replica;
  if (!own)
    result.role = "unknown";
  result.voter = placed.role == storage::member_role::voter;
  return result;
}

using rows_by_replica = std::map<replica_id, replica_row>;

rows_by_replica rows_under(const word& master, const words_on_shard& words) {
  auto result = rows_by_replica{};
  for (const auto& peer : master.status->peers) {
    auto own = words.find(peer.replica);
    result[peer.replica]
      = row_of(peer, master, own == words.end() ? nullptr : &own->second);
  }
  return result;
}

rows_by_replica
rows_without_master(const words_on_shard& words, const storage::placement* placed) {
  auto result = rows_by_replica{};
  for (const auto& [replica, x] : words)
    result[replica] = row_of(x);
  if (placed == nullptr)
    return result;
  for (const auto& member : placed->with.config.members) {
    auto own = words.find(member.replica);
    result[member.replica] = row_of(member, own == words.end() ? nullptr : &own->second);
  }
  return result;
}

/// Where each replica is: as the master says, else as itself, else as it was placed.
std::map<replica_id, node_id> places_of(
  const words_on_shard& words, const word* master, const storage::placement* placed) {
  auto result = std::map<replica_id, node_id>{};
  if (master)
    for (const auto& peer : master->status->peers)
      result.emplace(peer.replica, peer.node);
  for (const auto& [replica, x] : words)
    result.emplace(replica, x.node);
  if (placed)
    for (const auto& member : placed->with.config.members)
      result.emplace(member.replica, member.node);
  return result;
}

std::vector<replica_row> rows_of(
  const words_on_shard& words, const word* master, const storage::placement* placed,
  const node_list& nodes) {
  const auto places = places_of(words, master, placed);
  auto result = std::vector<replica_row>{};
  for (auto& [replica, row] :
       master ? rows_under(*master, words) : rows_without_master(words, placed)) {
    const auto& node = places.at(replica);
    result.push_back(row);
    result.back().node = nodes.name_of(node);
    result.back().state = nodes.state_of(node);
  }
  return result;
}

std::vector<storage::slot_range> slots_of(const storage::slot_map& map, shard_id shard) {
  auto result = std::vector<storage::slot_range>{};
  for (const auto& x : map.ranges)
    if (x.shard == shard)
      result.push_back(x.slots);
  return result;
}

shard_row compose(
  shard_id shard, const words_on_shard& words, const storage::placement* placed,
  const storage::slot_map& slots, const node_list& nodes) {
  const auto* master = master_of(words);
  auto result = shard_row{};
  result.shard = shard;
  result.at = master ? master->status->at : highest_epoch(words);
  if (master)
    result.master = nodes.name_of(master->node);
  // The catalog's rows are its own affair: no client's key is in them.
  if (shard != storage::catalog_shard) {
    const auto* owner = master || words.empty() ? master : &words.begin()->second;
    result.slots = owner ? owner->status->slots : slots_of(slots, shard);
  }
  result.replicas = rows_of(words, master, placed, nodes);
  return result;
}

} // namespace

std::vector<shard_row> compose_shards(const shards_facts& x) {
  auto by_shard = std::map<shard_id, words_on_shard>{};
  auto placed = std::map<shard_id, const storage::placement*>{};
  for (const auto& each : x.placed) {
    placed[each.shard] = &each;
    by_shard[each.shard] = {};
  }
  for (const auto& each : x.said)
    for (const auto& status : each.replicas)
      by_shard[status.shard].insert_or_assign(status.replica, word{each.node, &status});
  const auto nodes = node_list{x.members};
  auto result = std::vector<shard_row>{};
  for (const auto& [shard, words] : by_shard) {
    auto found = placed.find(shard);
    const auto* where = found == placed.end() ? nullptr : found->second;
    result.push_back(compose(shard, words, where, x.slots, nodes));
  }
  return result;
}

} // namespace troupe::apps
