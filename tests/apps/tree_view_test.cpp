#include "apps/node/tree_view.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

using storage::replica_role;

storage::replica_status replica_of(std::uint32_t shard, replica_role role) {
  auto result = storage::replica_status{};
  result.shard = shard_id{shard};
  result.role = role;
  return result;
}

cluster::link_summary link_to(const char* name, bool up) {
  auto result = cluster::link_summary{};
  result.peer.name = node_name{name};
  result.address = "h:1";
  result.up = up;
  return result;
}

const auto bare_tree = actors::tree_node{
  "n1",
  "running",
  0,
  {{"links", "running", 1, {}},
   {"admin", "running", 0, {}},
   {"shards", "running", 0, {}}}};

TEST_CASE("tree_view: replicas and links are branches of the actors that hold them") {
  auto damaged = replica_of(0, replica_role::slave);
  damaged.quarantined = true;
  const auto tree = grow_tree(
    bare_tree, {replica_of(2, replica_role::master), damaged},
    {link_to("n2", true), link_to("n3", false), link_to("", false)});
  const auto links = std::vector<actors::tree_node>{
    {"n2", "up", 0, {}}, {"n3", "down", 0, {}}, {"h:1", "down", 0, {}}};
  const auto shards = std::vector<actors::tree_node>{
    {"shard/0", "quarantined", 0, {}}, {"shard/2", "master", 0, {}}};
  REQUIRE(tree.children.size() == 3);
  CHECK(tree.children[0].children == links);
  CHECK(tree.children[0].restarts == 1);
  CHECK(tree.children[1].children.empty());
  CHECK(tree.children[2].children == shards);
}

TEST_CASE("tree_view: clients are no links of the node's own, nor who was never met") {
  auto nobody = link_to("", false);
  nobody.address.clear();
  CHECK(grow_tree(bare_tree, {}, {nobody}) == bare_tree);
  auto shell = link_to("shell", true);
  shell.peer.role = cluster::link_role::client;
  CHECK(grow_tree(bare_tree, {}, {shell}) == bare_tree);
}

TEST_CASE("tree_view: a node that holds no shards yet has no branch for them") {
  auto early = bare_tree;
  early.children.pop_back();
  CHECK(grow_tree(early, {replica_of(1, replica_role::slave)}, {}) == early);
}

} // namespace
} // namespace troupe::apps
