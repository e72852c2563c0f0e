#include "cluster/probe_ring.hpp"
#include "tests/cluster/membership_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using troupe::test::numbered;

namespace {

bool anybody(const node_id&) { return true; }

probe_ring ring_of(std::uint64_t count, random_source& random) {
  auto result = probe_ring{};
  for (std::uint64_t i = 1; i <= count; ++i)
    result.insert(numbered(i), random);
  return result;
}

std::vector<node_id>
round_of(probe_ring& ring, std::size_t count, random_source& random) {
  auto result = std::vector<node_id>{};
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(*ring.next(anybody, random));
  return result;
}

} // namespace

TEST_CASE("probe_ring: SWIM 4.3, every member has one turn in a round, in a new order") {
  auto random = random_source{1};
  auto ring = ring_of(20, random);
  // The insertions moved the first turn along; what remains of that round goes first.
  while (ring.members().front() != *ring.next(anybody, random)) {
  }
  (void)round_of(ring, 19, random);
  auto first = round_of(ring, 20, random);
  auto second = round_of(ring, 20, random);
  CHECK(std::set(first.begin(), first.end()).size() == 20);
  CHECK(std::set(second.begin(), second.end()).size() == 20);
  CHECK(first != second);
}

TEST_CASE("probe_ring: SWIM 4.3, nobody waits longer than two rounds, whoever comes") {
  auto random = random_source{2};
  auto ring = ring_of(10, random);
  auto last_turn = std::map<node_id, int>{};
  auto size = std::uint64_t{10};
  for (auto turn = 0; turn < 2'000; ++turn) {
    if (turn % 40 == 0)
      ring.insert(numbered(++size), random);
    auto id = *ring.next(anybody, random);
    if (auto found = last_turn.find(id); found != last_turn.end())
      REQUIRE(turn - found->second <= 2 * static_cast<int>(size));
    last_turn[id] = turn;
  }
}

TEST_CASE("probe_ring: SWIM 4.3, a newcomer's place is random") {
  auto random = random_source{3};
  auto places = std::set<std::ptrdiff_t>{};
  for (auto run = 0; run < 200; ++run) {
    auto ring = ring_of(9, random);
    ring.insert(numbered(10), random);
    const auto& ids = ring.members();
    places.insert(std::ranges::find(ids, numbered(10)) - ids.begin());
  }
  CHECK(places.size() == 10);
}

TEST_CASE("probe_ring: removal neither skips nor repeats a turn") {
  auto random = random_source{4};
  for (auto run = 0; run < 200; ++run) {
    auto ring = ring_of(6, random);
    while (ring.members().back() != *ring.next(anybody, random)) {
    }
    auto seen = std::set<node_id>{};
    seen.insert(*ring.next(anybody, random));
    seen.insert(*ring.next(anybody, random));
    ring.erase(*seen.begin());
    for (auto turn = 0; turn < 4; ++turn)
      REQUIRE(seen.insert(*ring.next(anybody, random)).second);
  }
}

TEST_CASE("probe_ring: a newcomer costs nobody its turn and gives nobody two") {
  auto random = random_source{4};
  for (auto run = 0; run < 200; ++run) {
    auto ring = ring_of(6, random);
    while (ring.members().back() != *ring.next(anybody, random)) {
    }
    auto seen = std::set<node_id>{};
    for (auto turn = 0; turn < 3; ++turn)
      seen.insert(*ring.next(anybody, random));
    ring.insert(numbered(7), random);
    while (!std::ranges::all_of(ring.members(), [&](const node_id& id) {
      return id == numbered(7) || seen.contains(id);
    }))
      REQUIRE(seen.insert(*ring.next(anybody, random)).second);
  }
}

TEST_CASE("probe_ring: the refused miss their turn, and all refused is nobody") {
  auto random = random_source{5};
  auto ring = ring_of(3, random);
  auto only_two = [](const node_id& id) { return id == numbered(2); };
  CHECK(ring.next(only_two, random) == numbered(2));
  CHECK(!ring.next([](const node_id&) { return false; }, random));
  CHECK(!probe_ring{}.next(anybody, random));
}

TEST_CASE("probe_ring: adding twice and removing strangers change nothing") {
  auto random = random_source{6};
  auto ring = ring_of(3, random);
  ring.insert(numbered(2), random);
  ring.erase(numbered(9));
  CHECK(ring.members().size() == 3);
}

TEST_CASE("draw: different ones, as many as there are at most, all equally likely") {
  auto random = random_source{7};
  auto ids = std::vector{numbered(1), numbered(2), numbered(3), numbered(4)};
  CHECK(draw(ids, 9, random).size() == 4);
  auto hits = std::map<node_id, int>{};
  for (auto run = 0; run < 4'000; ++run) {
    auto chosen = draw(ids, 2, random);
    REQUIRE(chosen.size() == 2);
    REQUIRE(chosen[0] != chosen[1]);
    ++hits[chosen[0]];
    ++hits[chosen[1]];
  }
  for (const auto& id : ids)
    CHECK((hits[id] > 1'800 && hits[id] < 2'200));
}
