#include "router/resp/cluster_replies.hpp"
#include "tests/router/cluster_fixture.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;

namespace {

std::string node_text(int number) {
  return "0000000000000000000000000000000" + std::to_string(number) + "00000000";
}

std::string slot_node(const std::string& host, int number) {
  return "*4\r\n$" + std::to_string(host.size()) + "\r\n" + host + "\r\n:750"
         + std::to_string(number) + "\r\n$40\r\n" + node_text(number) + "\r\n*0\r\n";
}

std::string shard_node(int number, const std::string& role) {
  return "*14\r\n$2\r\nid\r\n$40\r\n" + node_text(number) + "\r\n$4\r\nport\r\n:750"
         + std::to_string(number)
         + "\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n$8\r\nendpoint\r\n$9\r\n127.0.0.1\r\n"
           "$4\r\nrole\r\n$"
         + std::to_string(role.size()) + "\r\n" + role
         + "\r\n$18\r\nreplication-offset\r\n:0\r\n$6\r\nhealth\r\n$6\r\nonline\r\n";
}

} // namespace

TEST_CASE_FIXTURE(
  cluster_fixture,
  "cluster_replies: SLOTS names each range with its master and replicas") {
  shards.erase(shard_id{3});
  ranges.resize(2);
  CHECK(
    cluster_slots_reply(seen_by(1))
    == "*2\r\n*4\r\n:0\r\n:5460\r\n" + slot_node("127.0.0.1", 1)
         + slot_node("127.0.0.1", 3) + "*4\r\n:5461\r\n:10922\r\n"
         + slot_node("127.0.0.1", 2) + slot_node("127.0.0.1", 3));
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_replies: SHARDS names each shard with its slots and nodes") {
  shards.erase(shard_id{1});
  shards.erase(shard_id{2});
  ranges.erase(ranges.begin(), ranges.begin() + 2);
  CHECK(
    cluster_shards_reply(seen_by(1))
    == "*1\r\n*4\r\n$5\r\nslots\r\n*4\r\n:10923\r\n:16382\r\n:16383\r\n:16383\r\n"
       "$5\r\nnodes\r\n*2\r\n"
         + shard_node(1, "master") + shard_node(3, "replica"));
}

TEST_CASE_FIXTURE(cluster_fixture, "cluster_replies: NODES has one line for each node") {
  ranges.pop_back();
  nodes.at(node_of(2)).present = false;
  shards.at(shard_id{2}).master.reset();
  ranges[0] = {{slot{7}, slot{7}}, shard_id{1}};
  auto lines
    = node_text(1) + " 127.0.0.1:7501@7401 master - 0 0 5 connected 7 10923-16382\n"
      + node_text(2) + " 127.0.0.1:7502@7402 slave,fail " + node_text(1)
      + " 0 0 5 disconnected\n" + node_text(3) + " 127.0.0.1:7503@7403 myself,slave "
      + node_text(1) + " 0 0 5 connected\n" + node_text(4)
      + " ::1:7504@7404 master - 0 0 0 connected\n";
  CHECK(
    cluster_nodes_reply(seen_by(3))
    == "$" + std::to_string(lines.size()) + "\r\n" + lines + "\r\n");
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_replies: NODES says so when a node has no address") {
  nodes.at(node_of(4)).endpoints.resp.clear();
  CHECK(
    cluster_nodes_reply(seen_by(4))
      .find(node_text(4) + " :0@7404 myself,master,noaddr - ")
    != std::string::npos);
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_replies: INFO is ok while every slot is served") {
  CHECK(
    cluster_info_reply(seen_by(2))
    == "$201\r\ncluster_state:ok\r\ncluster_slots_assigned:16384\r\n"
       "cluster_slots_ok:16384\r\ncluster_slots_pfail:0\r\ncluster_slots_fail:0\r\n"
       "cluster_known_nodes:4\r\ncluster_size:2\r\ncluster_current_epoch:9\r\n"
       "cluster_my_epoch:9\r\n\r\n");
  shards.at(shard_id{1}).master.reset();
  auto text = cluster_info_reply(seen_by(2));
  CHECK(text.find("cluster_state:fail\r\n") != std::string::npos);
  CHECK(text.find("cluster_slots_ok:10923\r\n") != std::string::npos);
  CHECK(text.find("cluster_slots_fail:5461\r\n") != std::string::npos);
}

TEST_CASE("cluster_replies: MOVED names the slot and where its master is") {
  CHECK(moved_reply(slot{866}, {"10.0.0.1", 7'501}) == "-MOVED 866 10.0.0.1:7501\r\n");
}
