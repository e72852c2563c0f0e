#include "storage/catalog/genesis.hpp"
#include "storage/catalog/placement_wire.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace std::chrono_literals;

namespace {

const auto n1 = node_id{uuid{1, 9}};
const auto n2 = node_id{uuid{1, 2}};
const auto n3 = node_id{uuid{1, 5}};

const auto genesis = storage_genesis{8, 3, {50ms, 700ms, 300ms, 20, ack_mode::semi}};

cluster::charter charter_of(std::vector<node_id> founders) {
  return {cluster_id{uuid{7, 7}}, std::move(founders), encode(genesis)};
}

} // namespace

TEST_CASE("genesis: the charter carries what the cluster was founded with") {
  auto found = genesis_of(charter_of({n1}));
  REQUIRE(found);
  CHECK(*found == genesis);
}

TEST_CASE("genesis: a charter without settings of ours is malformed") {
  auto charter = charter_of({n1});
  for (const auto* settings : {"", "garbage"}) {
    charter.settings = settings;
    CHECK(genesis_of(charter).error() == ec::malformed);
    CHECK(founding_of(charter).error() == ec::malformed);
  }
}

TEST_CASE("genesis: shard 0 begins on the founders, in the order of their list") {
  auto with = founding_of(charter_of({n1, n2, n3}));
  REQUIRE(with);
  CHECK(
    with->config.members
    == std::vector<member>{
      {replica_id{1}, n1, member_role::voter},
      {replica_id{2}, n2, member_role::voter},
      {replica_id{3}, n3, member_role::voter}});
  CHECK(with->config.timing == genesis.timing);
  CHECK(!validate(with->config));
  CHECK(with->slots == std::vector{slot_range{catalog_slot, catalog_slot}});
}

// Each founder computes it for itself; one byte of difference would be two histories.
TEST_CASE("genesis: equal charters give equal bytes") {
  auto first = founding_of(charter_of({n1, n2, n3}));
  auto second = founding_of(charter_of({n1, n2, n3}));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(
    encode(placement{catalog_shard, *first})
    == encode(placement{catalog_shard, *second}));
}

TEST_CASE("genesis: a founder finds its replica, others have none") {
  auto charter = charter_of({n1, n2});
  CHECK(founding_replica(charter, n1) == replica_id{1});
  CHECK(founding_replica(charter, n2) == replica_id{2});
  CHECK(!founding_replica(charter, n3));
}

TEST_CASE("genesis: a configuration that differs is told key by key") {
  CHECK(differences(genesis, genesis).empty());
  auto here = storage_genesis{4, 1, {100ms, 1s, 500ms, 10, ack_mode::quorum}};
  CHECK(
    differences(here, genesis)
    == std::vector<genesis_difference>{
      {"storage.shards", "4", "8"},
      {"storage.replicas", "1", "3"},
      {"storage.ack", "quorum", "semi"},
      {"storage.beat", "100 ms", "50 ms"},
      {"storage.election_timeout", "1 s", "700 ms"},
      {"storage.lease", "500 ms", "300 ms"},
      {"storage.drift_percent", "10", "20"}});
}
