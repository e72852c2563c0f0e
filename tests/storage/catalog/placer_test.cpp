#include "storage/catalog/placement_wire.hpp"
#include "storage/catalog/placer.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace std::chrono_literals;

namespace {

const auto placer_start = time_point{} + 1h;

node_id node(std::uint64_t n) { return node_id{uuid{1, n}}; }

std::vector<node_id> nodes(std::uint64_t count) {
  auto result = std::vector<node_id>{};
  for (auto n = std::uint64_t{1}; n <= count; ++n)
    result.push_back(node(n));
  return result;
}

storage_genesis genesis_of(std::uint32_t shard_count, std::uint32_t replica_count) {
  return {shard_count, replica_count, {}};
}

/// The catalog once `puts` are taken.
std::vector<catalog_entry> stored(const std::vector<catalog_put>& puts) {
  auto result = std::vector<catalog_entry>{};
  for (const auto& x : puts)
    result.push_back({x.key, x.value, 1});
  return result;
}

placement placement_of(const catalog_put& x) {
  auto result = decode_placement(as_bytes(x.value));
  REQUIRE(result);
  CHECK(x.key == placement_key(result->shard));
  CHECK(std::holds_alternative<is_absent>(x.expected));
  return std::move(*result);
}

std::vector<node_id> members_of(const catalog_put& x) {
  auto result = std::vector<node_id>{};
  for (const auto& member : placement_of(x).with.config.members)
    result.push_back(member.node);
  return result;
}

std::size_t spread(const std::map<node_id, std::size_t>& counts, std::uint64_t nodes) {
  auto low = std::size_t{1'000'000};
  auto high = std::size_t{0};
  for (auto n = std::uint64_t{1}; n <= nodes; ++n) {
    auto found = counts.find(node(n));
    auto count = found == counts.end() ? 0 : found->second;
    low = std::min(low, count);
    high = std::max(high, count);
  }
  return high - low;
}

/// A placer with `count` nodes alive and its mastership begun.
struct placer_fixture {
  placer core{genesis_of(2, 3), {}};

  void join(std::uint64_t count) {
    for (auto n = std::uint64_t{1}; n <= count; ++n)
      (void)core.member(node(n), node_name{"n" + std::to_string(n)}, true, placer_start);
  }
};

} // namespace

TEST_CASE("placer: slots are cut into equal ranges, and every one has a shard") {
  for (auto count : {1U, 2U, 3U, 7U, 1'024U}) {
    auto map = initial_slots(count);
    REQUIRE(map.ranges.size() == count);
    auto next = 0;
    for (auto i = std::size_t{0}; i < count; ++i) {
      const auto& x = map.ranges[i];
      CHECK(x.shard == shard_id{static_cast<std::uint32_t>(i) + 1});
      CHECK(x.slots.first.value() == next);
      next = x.slots.last.value() + 1;
      CHECK(
        std::abs(next - x.slots.first.value() - 16'384 / static_cast<int>(count)) <= 1);
    }
    CHECK(next == slot_count);
  }
}

TEST_CASE("placer: a placement is what its members found their replicas with") {
  auto timing = shard_timing{};
  timing.ack = ack_mode::semi;
  auto puts = plan_placements({2, 3, timing}, nodes(3), {});
  REQUIRE(puts.size() == 2);
  auto second = placement_of(puts[1]);
  CHECK(second.shard == shard_id{2});
  CHECK(second.with.slots == std::vector{slot_range{slot{8'192}, slot{16'383}}});
  CHECK(second.with.config.timing == timing);
  CHECK(!validate(second.with.config));
  CHECK(
    second.with.config.members
    == std::vector<member>{
      {replica_id{1}, node(2), member_role::voter},
      {replica_id{2}, node(3), member_role::voter},
      {replica_id{3}, node(1), member_role::voter}});
}

TEST_CASE("placer: the first members of three shards on three nodes all differ") {
  auto puts = plan_placements(genesis_of(3, 3), nodes(3), {});
  REQUIRE(puts.size() == 3);
  CHECK(members_of(puts[0]).front() == node(1));
  CHECK(members_of(puts[1]).front() == node(2));
  CHECK(members_of(puts[2]).front() == node(3));
}

TEST_CASE("placer: replicas and first members are spread evenly over the nodes") {
  for (auto node_count = std::uint64_t{1}; node_count <= 12; ++node_count)
    for (auto replicas = 1U; replicas <= std::min<std::uint64_t>(5, node_count);
         ++replicas)
      for (auto shards : {1U, 3U, 4U, 8U, 30U}) {
        CAPTURE(node_count);
        CAPTURE(replicas);
        CAPTURE(shards);
        auto puts = plan_placements(genesis_of(shards, replicas), nodes(node_count), {});
        REQUIRE(puts.size() == shards);
        auto placed = placed_in(stored(puts));
        CHECK(placed.shards.size() == shards);
        CHECK(spread(placed.replica_count, node_count) <= 1);
        CHECK(spread(placed.first_count, node_count) <= 1);
        for (const auto& x : puts) {
          auto members = members_of(x);
          CHECK(members.size() == replicas);
          std::ranges::sort(members);
          CHECK(std::ranges::adjacent_find(members) == members.end());
        }
      }
}

TEST_CASE("placer: the plan is the same whenever the inputs are") {
  auto first = stored(plan_placements(genesis_of(8, 3), nodes(5), {}));
  CHECK(first == stored(plan_placements(genesis_of(8, 3), nodes(5), {})));
}

TEST_CASE("placer: what is placed is counted and left alone") {
  auto all = plan_placements(genesis_of(4, 2), nodes(2), {});
  auto half = std::vector{all[0], all[2]};
  auto rest = plan_placements(genesis_of(4, 2), nodes(4), placed_in(stored(half)));
  REQUIRE(rest.size() == 2);
  CHECK(placement_of(rest[0]).shard == shard_id{2});
  CHECK(placement_of(rest[1]).shard == shard_id{4});
  // The nodes that came later have none yet.
  CHECK(members_of(rest[0]) == std::vector{node(3), node(4)});
  CHECK(members_of(rest[1]) == std::vector{node(4), node(3)});
}

TEST_CASE("placer: a value that is no placement places its shard all the same") {
  auto entries = std::vector<catalog_entry>{{"placement/1", "garbage", 1}, {"x", "y", 2}};
  auto placed = placed_in(entries);
  CHECK(placed.shards == std::set{shard_id{1}});
  CHECK(placed.replica_count.empty());
  auto rest = plan_placements(genesis_of(2, 1), nodes(1), placed);
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].key == "placement/2");
}

TEST_CASE("placer: the slot map is put once all shards are placed, and only once") {
  auto puts = plan_placements(genesis_of(2, 1), nodes(2), {});
  auto entries = stored(puts);
  auto map = plan_placements(genesis_of(2, 1), nodes(2), placed_in(entries));
  REQUIRE(map.size() == 1);
  CHECK(map[0].key == slot_map_key);
  CHECK(*decode_slot_map(as_bytes(map[0].value)) == initial_slots(2));
  entries.push_back(stored(map)[0]);
  CHECK(plan_placements(genesis_of(2, 1), nodes(2), placed_in(entries)).empty());
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer: it asks and acts only while the mastership lasts") {
  join(3);
  CHECK(!core.tick(placer_start + 1h).list);
  CHECK(core.listed({}, placer_start).puts.empty());
  CHECK(core.mastership(true, placer_start).list);
  CHECK(!core.mastership(true, placer_start).list);
  CHECK(!core.mastership(false, placer_start).list);
  CHECK(core.listed({}, placer_start).puts.empty());
  CHECK(core.mastership(true, placer_start).list);
  CHECK(core.listed({}, placer_start).puts.size() == 2);
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer: it reads, puts, and reads again until all is there") {
  join(3);
  REQUIRE(core.mastership(true, placer_start).list);
  auto puts = core.listed({}, placer_start).puts;
  REQUIRE(puts.size() == 2);
  REQUIRE(core.written(placer_start).list);
  auto entries = stored(puts);
  puts = core.listed(entries, placer_start).puts;
  REQUIRE(puts.size() == 1);
  entries.push_back(stored(puts)[0]);
  REQUIRE(core.written(placer_start).list);
  auto out = core.listed(entries, placer_start);
  CHECK(out.puts.empty());
  CHECK(out.wake_at == time_point::max());
  join(9);
  out = core.tick(placer_start + 1h);
  CHECK(!out.list);
  CHECK(out.puts.empty());
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer: it waits for as many nodes as replicas, and says so") {
  join(1);
  (void)core.mastership(true, placer_start);
  auto out = core.listed({}, placer_start);
  CHECK(out.puts.empty());
  CHECK(
    out.status
    == "shards wait: 3 replicas asked for, 1 node is alive; start another node or found "
       "with fewer replicas");
  out = core.member(node(2), node_name{"n2"}, true, placer_start);
  CHECK(out.puts.empty());
  CHECK(
    core.status()
    == "shards wait: 3 replicas asked for, 2 nodes are alive; start another node or "
       "found with fewer replicas");
  CHECK(core.member(node(2), node_name{"n2"}, false, placer_start).puts.empty());
  CHECK(core.member(node(3), node_name{"n3"}, true, placer_start).puts.empty());
  out = core.member(node(2), node_name{"n2"}, true, placer_start);
  CHECK(out.puts.size() == 2);
  CHECK(out.status == "");
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer: a node that changes its name is still one node") {
  (void)core.member(node(1), node_name{"n1"}, true, placer_start);
  (void)core.member(node(2), node_name{"n2"}, true, placer_start);
  (void)core.member(node(2), node_name{"m2"}, true, placer_start);
  (void)core.mastership(true, placer_start);
  CHECK(core.listed({}, placer_start).puts.empty());
  auto puts = core.member(node(3), node_name{"n3"}, true, placer_start).puts;
  REQUIRE(puts.size() == 2);
  CHECK(members_of(puts[0]) == std::vector{node(2), node(1), node(3)});
}

TEST_CASE("placer: shards wait for all founders, and are spread over all of them") {
  auto core = placer{genesis_of(5, 3), nodes(5)};
  auto join = [&](std::uint64_t n) {
    return core.member(
      node(n), node_name{"n" + std::to_string(9 - n)}, true, placer_start);
  };
  (void)core.mastership(true, placer_start);
  (void)core.listed({}, placer_start);
  for (auto n : {5U, 1U, 3U, 2U})
    CHECK(join(n).puts.empty());
  CHECK(
    core.status()
    == "shards wait: 4 of 5 founders are alive; the others are waited for a moment "
       "longer");
  auto out = join(4);
  CHECK(out.status == "");
  // Neither names nor who came when decide.
  CHECK(stored(out.puts) == stored(plan_placements(genesis_of(5, 3), nodes(5), {})));
  auto placed = placed_in(stored(out.puts));
  CHECK(placed.replica_count.size() == 5);
  CHECK(spread(placed.replica_count, 5) == 0);
}

TEST_CASE("placer: a founder that does not come is not waited for for ever") {
  auto core = placer{genesis_of(2, 3), nodes(4)};
  for (auto n = std::uint64_t{1}; n <= 3; ++n)
    (void)core.member(node(n), node_name{"n" + std::to_string(n)}, true, placer_start);
  (void)core.mastership(true, placer_start);
  auto out = core.listed({}, placer_start + 1s);
  CHECK(out.puts.empty());
  CHECK(out.wake_at == placer_start + 10s);
  CHECK(core.tick(placer_start + 9'999ms).wake_at == placer_start + 10s);
  out = core.tick(placer_start + 10s);
  CHECK(out.status == "");
  REQUIRE(out.puts.size() == 2);
  CHECK(members_of(out.puts[0]) == nodes(3));
}

TEST_CASE_FIXTURE(placer_fixture, "placer: what is placed waits for nobody") {
  auto entries = stored(plan_placements(genesis_of(2, 3), nodes(3), {}));
  (void)core.mastership(true, placer_start);
  auto out = core.listed(entries, placer_start);
  CHECK(!out.status);
  REQUIRE(out.puts.size() == 1);
  CHECK(out.puts[0].key == slot_map_key);
}

TEST_CASE_FIXTURE(
  placer_fixture, "placer: after failures it asks again, less and less often") {
  join(3);
  REQUIRE(core.mastership(true, placer_start).list);
  auto now = placer_start;
  for (auto wait : {100ms, 200ms, 400ms, 800ms, 1'600ms, 3'200ms, 5'000ms, 5'000ms}) {
    auto out = core.failed(now);
    CHECK(!out.list);
    CHECK(out.wake_at == now + wait);
    auto early = core.tick(now + wait - 1ms);
    CHECK(!early.list);
    CHECK(early.wake_at == now + wait);
    now += wait;
    CHECK(core.tick(now).list);
  }
  REQUIRE(core.listed({}, now).puts.size() == 2);
  CHECK(core.failed(now).wake_at == now + 100ms);
}

TEST_CASE_FIXTURE(placer_fixture, "placer: an answer that does not come is a failure") {
  join(3);
  auto out = core.mastership(true, placer_start);
  REQUIRE(out.list);
  CHECK(out.wake_at == placer_start + 10s);
  CHECK(core.tick(placer_start + 10s).wake_at == placer_start + 10'100ms);
  CHECK(core.tick(placer_start + 10'100ms).list);
  out = core.listed({}, placer_start + 11s);
  CHECK(out.wake_at == placer_start + 21s);
  CHECK(core.tick(placer_start + 21s).wake_at == placer_start + 21'100ms);
  // It came too late, and means nothing any more.
  CHECK(!core.written(placer_start + 21s).list);
}
