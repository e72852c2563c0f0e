#include "cluster/gossip_queue.hpp"
#include "tests/cluster/membership_fixture.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using troupe::test::claim;
using troupe::test::numbered;

namespace {

constexpr auto no_limit = std::size_t{1'000'000};
const auto one_claim = wire_bytes(claim(1));

} // namespace

TEST_CASE("gossip_queue: SWIM 4.1, what was told least often goes first") {
  auto queue = gossip_queue{};
  queue.push(claim(1));
  queue.push(claim(2));
  CHECK(queue.take(one_claim, 9) == std::vector{claim(2)});
  CHECK(queue.take(one_claim, 9) == std::vector{claim(1)});
  queue.push(claim(3));
  CHECK(queue.take(no_limit, 9) == std::vector{claim(3), claim(2), claim(1)});
}

TEST_CASE("gossip_queue: among those told equally often the newest goes first") {
  auto queue = gossip_queue{};
  for (std::uint64_t i = 1; i <= 3; ++i)
    queue.push(claim(i));
  CHECK(queue.take(no_limit, 9) == std::vector{claim(3), claim(2), claim(1)});
}

TEST_CASE("gossip_queue: SWIM 4.1, a claim is told a limited number of times") {
  auto queue = gossip_queue{};
  queue.push(claim(1));
  CHECK(queue.take(no_limit, 2).size() == 1);
  CHECK(queue.contains(numbered(1)));
  CHECK(queue.take(no_limit, 2).size() == 1);
  CHECK(!queue.contains(numbered(1)));
  CHECK(queue.empty());
  CHECK(queue.take(no_limit, 2).empty());
}

TEST_CASE("gossip_queue: a newer claim replaces the older one and counts from zero") {
  auto queue = gossip_queue{};
  queue.push(claim(1));
  CHECK(queue.take(no_limit, 2).size() == 1);
  auto newer = claim(1, member_state::suspect);
  queue.push(newer);
  CHECK(queue.size() == 1);
  CHECK(queue.take(no_limit, 2) == std::vector{newer});
  CHECK(queue.take(no_limit, 2) == std::vector{newer});
  CHECK(queue.empty());
}

TEST_CASE("gossip_queue: claims fill the room and not more") {
  auto queue = gossip_queue{};
  for (std::uint64_t i = 1; i <= 5; ++i)
    queue.push(claim(i));
  CHECK(queue.take(3 * one_claim, 9).size() == 3);
  CHECK(queue.take(3 * one_claim - 1, 9).size() == 2);
}

TEST_CASE("gossip_queue: a claim larger than the room goes alone") {
  auto queue = gossip_queue{};
  queue.push(claim(1));
  queue.push(claim(2));
  CHECK(queue.take(1, 9).size() == 1);
}

TEST_CASE("gossip_queue: what is dropped is not told, all else is") {
  auto queue = gossip_queue{};
  queue.push(claim(2));
  queue.push(claim(3));
  queue.drop(numbered(2));
  queue.drop(numbered(4));
  CHECK_FALSE(queue.contains(numbered(2)));
  CHECK(queue.take(10'000, 1) == std::vector{claim(3)});
  CHECK(queue.empty());
}

TEST_CASE("gossip_queue: clearing leaves nothing") {
  auto queue = gossip_queue{};
  queue.push(claim(1));
  queue.clear();
  CHECK(queue.empty());
  CHECK(!queue.contains(numbered(1)));
}
