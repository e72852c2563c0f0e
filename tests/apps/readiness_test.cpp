#include "apps/local/readiness.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

status_reply status_of(std::uint64_t number) {
  return {
    .name = node_name{"n" + std::to_string(number)},
    .id = node_id{uuid{0, number}},
    .incarnation = incarnation{1},
    .cluster_name = "troupe",
    .cluster = cluster_id{uuid{0, 99}},
    .phase = "ready",
    .pid = 1};
}

member_row row_of(const status_reply& x) {
  auto result = member_row{};
  result.name = x.name;
  result.id = x.id;
  result.incarnation = x.incarnation;
  result.state = "alive";
  return result;
}

/// Three nodes, each of which sees all alive.
std::vector<node_view> whole_cluster() {
  auto members = std::vector<member_row>{};
  for (std::uint64_t i = 1; i <= 3; ++i)
    members.push_back(row_of(status_of(i)));
  auto result = std::vector<node_view>{};
  for (std::uint64_t i = 1; i <= 3; ++i)
    result.push_back({"n" + std::to_string(i), status_of(i), members});
  return result;
}

TEST_CASE("readiness: nothing is missing when each sees all others alive") {
  CHECK(missing_among(whole_cluster()).empty());
}

TEST_CASE("readiness: a node that does not answer is named") {
  auto nodes = whole_cluster();
  nodes[1].status.reset();
  CHECK(missing_among(nodes) == "n2 does not answer");
}

TEST_CASE("readiness: a node that is not ready is named with its phase") {
  auto nodes = whole_cluster();
  nodes[2].status->phase = "joining";
  CHECK(missing_among(nodes) == "n3 is joining");
}

TEST_CASE("readiness: a stranger on a node's port is named") {
  auto nodes = whole_cluster();
  nodes[0].status->name = node_name{"x9"};
  CHECK(missing_among(nodes) == "on the port of n1 answers x9");
}

TEST_CASE("readiness: two clusters are not one") {
  auto nodes = whole_cluster();
  nodes[2].status->cluster = cluster_id{uuid{0, 98}};
  const auto foreign = foreign_among(nodes);
  CHECK(
    foreign.starts_with("n1 is in cluster 00000000000000000000000000000063, but n3 in "
                        "00000000000000000000000000000062; "));
  CHECK(foreign.find("move away the data directory") != std::string::npos);
}

TEST_CASE(
  "readiness: who knows no cluster yet, or is a stranger, is of no other cluster") {
  auto nodes = whole_cluster();
  CHECK(foreign_among(nodes).empty());
  CHECK(foreign_among({}).empty());
  nodes[0].status->cluster = {};
  nodes[1].status.reset();
  CHECK(foreign_among(nodes).empty());
  nodes = whole_cluster();
  nodes[2].status->name = node_name{"x9"};
  nodes[2].status->cluster = cluster_id{uuid{0, 98}};
  CHECK(foreign_among(nodes).empty());
}

TEST_CASE(
  "readiness: a member that is missing, not alive or of another incarnation is missing") {
  auto nodes = whole_cluster();
  nodes[1].members.pop_back();
  CHECK(missing_among(nodes) == "n2 does not see n3 alive");
  nodes = whole_cluster();
  nodes[1].members[2].state = "suspect";
  CHECK(missing_among(nodes) == "n2 does not see n3 alive");
  nodes = whole_cluster();
  nodes[2].status->incarnation = incarnation{2};
  CHECK(missing_among(nodes) == "n1 does not see n3 alive");
  nodes = whole_cluster();
  nodes[0].members[1].id = node_id{uuid{0, 7}};
  CHECK(missing_among(nodes) == "n1 does not see n2 alive");
}

/// The catalog and two shards, all with a master.
shards_reply whole_shards() {
  auto result = shards_reply{};
  for (std::uint32_t i = 0; i <= 2; ++i)
    result.shards.push_back({shard_id{i}, epoch{1}, node_name{"n1"}, {}, {}});
  return result;
}

TEST_CASE("readiness: nothing is missing when the catalog and each shard has a master") {
  CHECK(missing_in_shards(whole_shards(), 2).empty());
}

TEST_CASE("readiness: a shard that has no master, or is not there, is named") {
  auto shards = whole_shards();
  CHECK(missing_in_shards(shards, 3) == "shard 3 has no master");
  shards.shards[0].master.reset();
  CHECK(missing_in_shards(shards, 2) == "shard 0 has no master");
}

TEST_CASE("readiness: what the shards wait for is said in the catalog's words") {
  auto shards = whole_shards();
  shards.waiting = "3 replicas were asked for, 2 nodes are alive";
  CHECK(missing_in_shards(shards, 2) == "3 replicas were asked for, 2 nodes are alive");
}

} // namespace
} // namespace troupe::apps
