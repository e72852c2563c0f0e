#include "apps/node/tree_view.hpp"

#include "storage/placement.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::apps {

namespace {

using actors::tree_node;

tree_node* child_of(tree_node& root, std::string_view name) {
  auto found = std::ranges::find(root.children, name, &tree_node::name);
  return found == root.children.end() ? nullptr : &*found;
}

/// Of a peer that has not said its name yet: its address. One that was only asked for,
/// and never met, has neither.
std::string shown_name(const cluster::link_summary& x) {
  return x.peer.name.value().empty() ? x.address : x.peer.name.value();
}

} // namespace

tree_node grow_tree(
  tree_node root, std::vector<storage::replica_status> replicas,
  const std::vector<cluster::link_summary>& links) {
  std::ranges::sort(replicas, {}, &storage::replica_status::shard);
  if (auto* shards = child_of(root, shards_child))
    for (const auto& x : replicas)
      shards->children.push_back(
        {storage::shard_name(x.shard),
         x.quarantined ? "quarantined" : to_string(x.role),
         0,
         {}});
  if (auto* parent = child_of(root, links_child))
    for (const auto& x : links)
      if (x.peer.role == cluster::link_role::node && !shown_name(x).empty())
        parent->children.push_back({shown_name(x), x.up ? "up" : "down", 0, {}});
  return root;
}

} // namespace troupe::apps
