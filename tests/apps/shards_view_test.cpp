#include "apps/node/shards_view.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

using storage::peer_status;
using storage::replica_role;
using storage::replica_status;

const auto a = node_id{uuid{0, 1}};
const auto b = node_id{uuid{0, 2}};

cluster::member member_of(
  const node_id& id, const char* name,
  cluster::member_state state = cluster::member_state::alive) {
  auto result = cluster::member{};
  result.node = {id, node_name{name}, incarnation{1}};
  result.state = state;
  return result;
}

/// What two nodes that are alive say.
std::vector<shard_row> rows_from(std::vector<node_shards> said) {
  return compose_shards(
    {std::move(said), {}, {}, {member_of(a, "n1"), member_of(b, "n2")}});
}

storage::placement placed_on(std::uint32_t shard, const std::vector<node_id>& nodes) {
  auto result = storage::placement{};
  result.shard = shard_id{shard};
  for (const auto& node : nodes)
    result.with.config.members.push_back(
      {replica_id{result.with.config.members.size() + 1}, node,
       storage::member_role::voter});
  return result;
}

replica_status slave_at(std::uint32_t shard, std::uint64_t replica, std::uint64_t at) {
  auto result = replica_status{};
  result.shard = shard_id{shard};
  result.replica = replica_id{replica};
  result.at = epoch{at};
  result.end = result.durable = lsn{10};
  result.commit = lsn{9};
  result.applied = lsn{8};
  result.slots = {{slot{0}, slot{99}}};
  return result;
}

replica_status master_at(std::uint32_t shard, std::uint64_t replica, std::uint64_t at) {
  auto result = slave_at(shard, replica, at);
  result.role = replica_role::master;
  result.announced = true;
  result.end = lsn{12};
  result.peers = {
    {replica_id{1}, a, replica_role::slave, true, lsn{10}, lsn{7}, true},
    {replica_id{2}, b, replica_role::slave, true, lsn{11}, lsn{8}, true},
  };
  return result;
}

TEST_CASE("shards_view: the master's word counts, and a slave's own completes it") {
  const auto rows = rows_from({{a, {slave_at(3, 1, 5)}}, {b, {master_at(3, 2, 5)}}});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].shard == shard_id{3});
  CHECK(rows[0].at == epoch{5});
  CHECK(rows[0].master == node_name{"n2"});
  CHECK(rows[0].slots.size() == 1);
  REQUIRE(rows[0].replicas.size() == 2);
  const auto& slave = rows[0].replicas[0];
  CHECK(slave.node == node_name{"n1"});
  CHECK(slave.role == "slave");
  CHECK(slave.voter);
  CHECK(slave.durable == lsn{10});
  CHECK(slave.applied == lsn{7});
  CHECK(slave.commit == lsn{9});
  CHECK(slave.lag == 2);
}

TEST_CASE("shards_view: of two who claim a shard the one of the later epoch is master") {
  const auto rows = rows_from({{a, {master_at(1, 1, 4)}}, {b, {master_at(1, 2, 6)}}});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].master == node_name{"n2"});
  CHECK(rows[0].at == epoch{6});
}

TEST_CASE("shards_view: one elected whose epoch is not committed yet is no master") {
  auto elected = master_at(1, 1, 4);
  elected.announced = false;
  const auto rows = rows_from({{a, {elected}}, {b, {slave_at(1, 2, 4)}}});
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].master);
  CHECK(rows[0].replicas.size() == 2);
  CHECK(rows[0].replicas[0].role == "master");
  CHECK_FALSE(rows[0].replicas[0].lag);
}

TEST_CASE(
  "shards_view: a replica that never answered has no positions, and keeps its row") {
  auto master = master_at(1, 2, 4);
  master.peers[0].heard = false;
  const auto rows = rows_from({{b, {master}}});
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].replicas.size() == 2);
  CHECK(rows[0].replicas[0].node == node_name{"n1"});
  CHECK_FALSE(rows[0].replicas[0].durable);
  CHECK_FALSE(rows[0].replicas[0].lag);
}

TEST_CASE("shards_view: shards ascend, and the catalog shows no slots") {
  const auto rows = rows_from({{a, {slave_at(2, 1, 1), slave_at(0, 1, 1)}}});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].shard == shard_id{0});
  CHECK(rows[0].slots.empty());
  CHECK(rows[1].slots.size() == 1);
}

TEST_CASE("shards_view: a damaged replica is shown as quarantined") {
  auto damaged = slave_at(1, 1, 1);
  damaged.quarantined = true;
  const auto rows = rows_from({{a, {damaged}}});
  CHECK(rows[0].replicas[0].role == "quarantined");
}

TEST_CASE("shards_view: a shard without a master has all replicas that are placed") {
  auto facts = shards_facts{};
  facts.said = {{b, {slave_at(1, 2, 4)}}};
  facts.placed = {placed_on(1, {a, b})};
  facts.members = {member_of(a, "n1", cluster::member_state::dead), member_of(b, "n2")};
  const auto rows = compose_shards(facts);
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].master);
  CHECK(rows[0].at == epoch{4});
  REQUIRE(rows[0].replicas.size() == 2);
  const auto& silent = rows[0].replicas[0];
  CHECK(silent.node == node_name{"n1"});
  CHECK(silent.state == "dead");
  CHECK(silent.role == "unknown");
  CHECK(silent.voter);
  CHECK_FALSE(silent.durable);
  const auto& heard = rows[0].replicas[1];
  CHECK(heard.state == "alive");
  CHECK(heard.role == "slave");
  CHECK(heard.voter);
  CHECK(heard.durable == lsn{10});
}

TEST_CASE("shards_view: a shard whose nodes are all silent keeps its place and slots") {
  auto facts = shards_facts{};
  facts.placed = {placed_on(2, {a}), placed_on(0, {b})};
  facts.slots.ranges = {{{slot{5}, slot{9}}, shard_id{2}}};
  const auto rows = compose_shards(facts);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].shard == shard_id{0});
  CHECK(rows[0].slots.empty());
  CHECK(rows[1].slots.size() == 1);
  CHECK(rows[1].replicas.size() == 1);
  CHECK(rows[1].replicas[0].state == "unknown");
  CHECK(rows[1].replicas[0].node == node_name{to_string(a)});
}

TEST_CASE("shards_view: the lost identity of a node that came back is not the live one") {
  auto facts = shards_facts{};
  facts.said = {{b, {master_at(1, 2, 4)}}};
  const auto back = node_id{uuid{7, 7}};
  facts.members = {
    member_of(a, "n1", cluster::member_state::dead), member_of(b, "n2"),
    member_of(back, "n1")};
  auto rows = compose_shards(facts);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].replicas[0].node == node_name{"n1 (00000000)"});
  CHECK(rows[0].replicas[0].state == "dead");
  CHECK(rows[0].replicas[1].node == node_name{"n2"});
  facts.said = {{back, {slave_at(1, 1, 4)}}}; // The live one has its name to itself.
  CHECK(compose_shards(facts)[0].replicas[0].node == node_name{"n1"});
}

} // namespace
} // namespace troupe::apps
