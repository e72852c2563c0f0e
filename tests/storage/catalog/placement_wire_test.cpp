#include "storage/catalog/catalog.pb.h"
#include "storage/catalog/placement_wire.hpp"

#include <string_view>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace std::chrono_literals;

namespace {

const auto home_node = node_id{uuid{1, 2}};

storage_genesis some_genesis() { return {8, 5, {50ms, 700ms, 0ms, 20, ack_mode::async}}; }

placement some_placement() {
  auto result = placement{shard_id{3}, {}};
  result.with.config.members = {
    {replica_id{1}, home_node, member_role::voter},
    {replica_id{2}, node_id{uuid{3, 4}}, member_role::learner}};
  result.with.slots = {{slot{0}, slot{16'383}}};
  return result;
}

slot_map some_map() {
  return {{{{slot{0}, slot{99}}, shard_id{2}}, {{slot{101}, slot{16'383}}, shard_id{1}}}};
}

const auto some_role
  = shard_role_entry{shard_id{3}, epoch{7}, replica_id{2}, home_node, incarnation{9}};

template <class T>
bool malformed(const expected<T>& x) {
  return !x && x.error() == ec::malformed;
}

} // namespace

TEST_CASE("placement_wire: what founding and the catalog say survives the wire") {
  CHECK(*decode_genesis(as_bytes(encode(some_genesis()))) == some_genesis());
  CHECK(*decode_placement(as_bytes(encode(some_placement()))) == some_placement());
  auto bare = some_placement();
  bare.with.slots.clear();
  CHECK(*decode_placement(as_bytes(encode(bare))) == bare);
  CHECK(*decode_slot_map(as_bytes(encode(some_map()))) == some_map());
  CHECK(*decode_slot_map(as_bytes(encode(slot_map{}))) == slot_map{});
  CHECK(*decode_shard_role(encode(some_role)) == some_role);
}

TEST_CASE("placement_wire: a genesis out of range is malformed") {
  for (auto spoil : std::vector<void (*)(storage_genesis&)>{
         [](auto& x) { x.shard_count = 0; }, [](auto& x) { x.shard_count = 1'025; },
         [](auto& x) { x.replica_count = 0; }, [](auto& x) { x.replica_count = 10; },
         [](auto& x) { x.timing.beat = 0ms; },
         [](auto& x) { x.timing.beat = duration::max(); },
         [](auto& x) { x.timing.election_timeout = duration::max(); },
         [](auto& x) { x.timing.lease = -1ms; },
         [](auto& x) { x.timing.drift_percent = 100; },
         [](auto& x) { x.timing.ack = ack_mode{0}; },
         [](auto& x) { x.timing.ack = ack_mode{4}; }}) {
    auto x = some_genesis();
    spoil(x);
    CHECK(malformed(decode_genesis(as_bytes(encode(x)))));
  }
}

TEST_CASE("placement_wire: a placement that no replica could begin with is malformed") {
  for (auto spoil : std::vector<void (*)(v1::Placement&)>{
         [](auto& x) { x.set_shard(1'025); }, [](auto& x) { x.clear_founding(); },
         [](auto& x) { x.add_founding()->mutable_epoch_start(); },
         [](auto& x) { x.mutable_founding()->SwapElements(0, 1); },
         [](auto& x) { x.mutable_founding(0)->mutable_config()->clear_members(); },
         [](auto& x) { x.mutable_founding(1)->mutable_slot_own()->clear_slots(); },
         [](auto& x) { x.mutable_founding(1)->mutable_epoch_start(); },
         [](auto& x) {
           x.mutable_founding(1)->mutable_slot_own()->mutable_slots(0)->set_last(16'384);
         }}) {
    auto x = v1::Placement{};
    REQUIRE(x.ParseFromString(encode(some_placement())));
    spoil(x);
    CHECK(malformed(decode_placement(as_bytes(x.SerializeAsString()))));
  }
}

TEST_CASE("placement_wire: a slot map with a slot twice, or the catalog, is malformed") {
  for (auto spoil : std::vector<void (*)(slot_map&)>{
         [](auto& x) { x.ranges[1].slots.first = slot{99}; },
         [](auto& x) { std::swap(x.ranges[0], x.ranges[1]); },
         [](auto& x) { x.ranges[0].slots.last = slot{16'384}; },
         [](auto& x) { x.ranges[1].slots.last = slot{100}; },
         [](auto& x) { x.ranges[1].shard = catalog_shard; }}) {
    auto x = some_map();
    spoil(x);
    CHECK(malformed(decode_slot_map(as_bytes(encode(x)))));
  }
}

TEST_CASE(
  "placement_wire: a role without epoch, replica, node or incarnation is malformed") {
  for (auto spoil : std::vector<void (*)(shard_role_entry&)>{
         [](auto& x) { x.at = {}; }, [](auto& x) { x.replica = {}; },
         [](auto& x) { x.node = {}; }, [](auto& x) { x.incarnation = {}; }}) {
    auto x = some_role;
    spoil(x);
    CHECK(malformed(decode_shard_role(encode(x))));
  }
}

TEST_CASE("placement_wire: cut bytes are malformed or something else, never a crash") {
  auto whole = encode(some_placement());
  for (auto size = std::size_t{0}; size < whole.size(); ++size) {
    auto cut = as_bytes(std::string_view{whole}.substr(0, size));
    if (auto result = decode_placement(cut))
      CHECK(encode(*result).size() <= size);
    else
      CHECK(result.error() == ec::malformed);
  }
  auto garbage = as_bytes("\xff\xff\xff");
  CHECK(malformed(decode_genesis(garbage)));
  CHECK(malformed(decode_slot_map(garbage)));
  CHECK(malformed(decode_shard_role(garbage)));
}

TEST_CASE("placement: each shard has one key, and only its own") {
  CHECK(placement_key(shard_id{12}) == "placement/12");
  CHECK(shard_of_placement_key("placement/12") == shard_id{12});
  CHECK(shard_of_placement_key("placement/4294967295") == shard_id{4'294'967'295});
  for (const auto* key :
       {"placement/", "placement/012", "placement/+1", "placement/1x", "placement/-1",
        "placement/4294967296", "slots", "", "placement"})
    CHECK(!shard_of_placement_key(key));
}
