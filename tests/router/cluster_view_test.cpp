#include "router/resp/cluster_view.hpp"
#include "tests/router/cluster_fixture.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;

namespace {

using range_list = std::vector<storage::slot_range>;

} // namespace

TEST_CASE("cluster_view: an endpoint is split into host and port") {
  CHECK(split_endpoint("127.0.0.1:7501") == shown_endpoint{"127.0.0.1", 7501});
  CHECK(split_endpoint("[::1]:7501") == shown_endpoint{"::1", 7501});
  CHECK(split_endpoint("n1.example:1") == shown_endpoint{"n1.example", 1});
  for (const auto* bad :
       {"", "host", "host:", ":7501", "host:x", "host:0", "host:65536", "host:1x",
        "[]:1"}) {
    CAPTURE(bad);
    CHECK(split_endpoint(bad).empty());
  }
}

TEST_CASE("cluster_view: a node's name has 40 digits, of which the first are its uuid") {
  CHECK(
    shown_id(node_id{uuid{0x0123456789abcdef, 1}})
    == "0123456789abcdef000000000000000100000000");
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: a node is master of all slots of all its shards") {
  auto view = seen_by(1);
  const auto* node = view.find(node_of(1));
  CHECK(node->slots == range_list{{slot{0}, slot{5'460}}, {slot{10'923}, slot{16'383}}});
  CHECK_FALSE(node->is_replica());
  CHECK(node->at == epoch{5});
  CHECK(view.find(node_of(2))->slots == range_list{{slot{5'461}, slot{10'922}}});
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: touching ranges of one master are one") {
  shards.at(shard_id{2}).master = node_of(1);
  CHECK(seen_by(1).find(node_of(1))->slots == range_list{{slot{0}, slot{16'383}}});
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: any other node is a replica of its lowest shard's "
                   "master") {
  auto view = seen_by(1);
  CHECK(view.find(node_of(3))->master == node_of(1));
  CHECK(view.find(node_of(3))->at == epoch{5});
  shards.at(shard_id{1}).replicas = {node_of(1), node_of(2)};
  CHECK(seen_by(1).find(node_of(3))->master == node_of(2));
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: a node without shards is neither's replica") {
  auto view = seen_by(1);
  CHECK(view.find(node_of(4))->master == std::nullopt);
  CHECK(view.find(node_of(4))->slots.empty());
  CHECK(view.find(node_of(5)) == nullptr);
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: only nodes that master nothing are shown as replicas") {
  auto view = seen_by(1);
  REQUIRE(view.shards().size() == 3);
  CHECK(view.shards()[0].replicas == std::vector{node_of(3)});
  CHECK(view.shards()[1].replicas == std::vector{node_of(3)});
  CHECK(view.shards()[2].replicas == std::vector{node_of(3)});
  CHECK(view.master_count() == 2);
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: a replica that is gone, or has no door, is not shown") {
  nodes.at(node_of(3)).present = false;
  CHECK(seen_by(1).shards()[0].replicas.empty());
  nodes.at(node_of(3)).present = true;
  nodes.at(node_of(3)).endpoints.resp.clear();
  CHECK(seen_by(1).shards()[0].replicas.empty());
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: the slots of a shard without a master are assigned, "
                   "not served") {
  CHECK(seen_by(1).served_count() == 16'384);
  shards.at(shard_id{2}).master.reset();
  auto view = seen_by(1);
  CHECK(view.assigned_count() == 16'384);
  CHECK(view.served_count() == 10'922);
  CHECK(view.shards().size() == 2);
  CHECK(view.find(node_of(2))->master == node_of(1));
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: a slot is elsewhere when another node that can be "
                   "reached is its master") {
  auto view = seen_by(1);
  CHECK(view.elsewhere(slot{0}) == std::nullopt);
  CHECK(view.elsewhere(slot{5'461}) == shown_endpoint{"127.0.0.1", 7'502});
  shards.at(shard_id{2}).master.reset();
  CHECK(seen_by(1).elsewhere(slot{5'461}) == std::nullopt);
  nodes.at(node_of(1)).endpoints.resp.clear();
  CHECK(seen_by(2).elsewhere(slot{0}) == std::nullopt);
}

TEST_CASE_FIXTURE(
  cluster_fixture,
  "cluster_view: a node holds the slots of all shards that it replicates") {
  CHECK(seen_by(3).holds(slot{0}));
  CHECK(seen_by(2).holds(slot{0}));
  CHECK_FALSE(seen_by(2).holds(slot{16'383}));
  CHECK_FALSE(seen_by(4).holds(slot{0}));
}

TEST_CASE_FIXTURE(
  cluster_fixture, "cluster_view: the slaves that count are those of the shard with the "
                   "fewest") {
  CHECK(seen_by(1).slave_count() == 1);
  shards.at(shard_id{3}).replicas.push_back(node_of(2));
  CHECK(seen_by(1).slave_count() == 2);
  nodes.at(node_of(3)).present = false;
  CHECK(seen_by(1).slave_count() == 1);
}

TEST_CASE("cluster_view: of a map that knows nothing, nothing is shown") {
  auto view = cluster_view{std::make_shared<data_map>(), node_of(1)};
  CHECK(view.nodes().empty());
  CHECK(view.shards().empty());
  CHECK(view.assigned_count() == 0);
  CHECK(view.slave_count() == 0);
  CHECK_FALSE(view.holds(slot{1}));
}
