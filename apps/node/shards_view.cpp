#include "apps/node/shards_view.hpp"

#include "storage/placement.hpp"

#include <algorithm>
#include <optional>
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

node_name name_of(const std::map<node_id, node_name>& names, const node_id& id) {
  auto found = names.find(id);
  return found == names.end() ? node_name{to_string(id)} : found->second;
}

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

std::vector<replica_row> rows_of(
  const words_on_shard& words, const word* master,
  const std::map<node_id, node_name>& names) {
  auto result = std::vector<replica_row>{};
  if (!master) {
    for (const auto& [replica, x] : words) {
      result.push_back(row_of(x));
      result.back().node = name_of(names, x.node);
    }
    return result;
  }
  for (const auto& peer : master->status->peers) {
    auto own = words.find(peer.replica);
    result.push_back(row_of(peer, *master, own == words.end() ? nullptr : &own->second));
    result.back().node = name_of(names, peer.node);
  }
  return result;
}

shard_row compose(
  shard_id shard, const words_on_shard& words,
  const std::map<node_id, node_name>& names) {
  const auto* master = master_of(words);
  auto result = shard_row{};
  result.shard = shard;
  result.at = master ? master->status->at : highest_epoch(words);
  if (master)
    result.master = name_of(names, master->node);
  // The catalog's rows are its own affair: no client's key is in them.
  if (shard != storage::catalog_shard)
    result.slots = (master ? *master : words.begin()->second).status->slots;
  result.replicas = rows_of(words, master, names);
  return result;
}

} // namespace

std::vector<shard_row> compose_shards(
  const std::vector<node_shards>& said, const std::map<node_id, node_name>& names) {
  auto by_shard = std::map<shard_id, words_on_shard>{};
  for (const auto& x : said)
    for (const auto& status : x.replicas)
      by_shard[status.shard].insert_or_assign(status.replica, word{x.node, &status});
  auto result = std::vector<shard_row>{};
  for (const auto& [shard, words] : by_shard)
    result.push_back(compose(shard, words, names));
  return result;
}

} // namespace troupe::apps
