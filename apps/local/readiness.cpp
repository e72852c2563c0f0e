#include "apps/local/readiness.hpp"

#include <algorithm>

namespace troupe::apps {

namespace {

bool lists_alive(const std::vector<member_row>& members, const status_reply& wanted) {
  return std::ranges::any_of(members, [&wanted](const member_row& x) {
    return x.id == wanted.id && x.incarnation == wanted.incarnation && x.state == "alive";
  });
}

/// Whether the node itself has told of which cluster it is.
bool knows_cluster(const node_view& x) {
  return x.status && x.status->name.value() == x.name && !x.status->cluster.value().nil();
}

/// @pre both have a status.
std::string missing_between(const node_view& x, const node_view& other) {
  if (!lists_alive(x.members, *other.status))
    return x.name + " does not see " + other.name + " alive";
  return {};
}

} // namespace

std::string missing_in(const node_view& x) {
  if (!x.status)
    return x.name + " does not answer";
  if (x.status->name.value() != x.name)
    return "on the port of " + x.name + " answers " + x.status->name.value();
  if (x.status->phase != "ready")
    return x.name + " is " + x.status->phase;
  return {};
}

std::string missing_in_shards(const shards_reply& x, std::uint32_t shard_count) {
  if (!x.waiting.empty())
    return x.waiting;
  for (std::uint32_t i = 0; i <= shard_count; ++i) {
    const auto found = std::ranges::find(x.shards, shard_id{i}, &shard_row::shard);
    if (found == x.shards.end() || !found->master)
      return "shard " + std::to_string(i) + " has no master";
  }
  return {};
}

std::string foreign_among(const std::vector<node_view>& nodes) {
  const auto first = std::ranges::find_if(nodes, knows_cluster);
  for (const auto& x : nodes)
    if (knows_cluster(x) && x.status->cluster != first->status->cluster)
      return first->name + " is in cluster " + to_string(first->status->cluster)
             + ", but " + x.name + " in " + to_string(x.status->cluster)
             + "; two clusters cannot merge: 'down' ends the nodes, then move away the "
               "data directory of the one that does not belong here";
  return {};
}

std::string missing_among(const std::vector<node_view>& nodes) {
  for (const auto& x : nodes)
    if (auto missing = missing_in(x); !missing.empty())
      return missing;
  for (const auto& x : nodes)
    for (const auto& other : nodes)
      if (auto missing = missing_between(x, other); !missing.empty())
        return missing;
  return {};
}

} // namespace troupe::apps
