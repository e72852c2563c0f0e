#include "router/data/session_closings.hpp"
#include "tests/router/data_fixture.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;

namespace {

using shards = std::vector<shard_id>;

} // namespace

TEST_CASE("session_closings: each master is told once, if it confirms") {
  auto closings = session_closings{};
  auto map = two_masters().build();
  CHECK(closings.due(*map, 1) == shards{s1, s2});
  auto number = closings.told(s1, epoch{1}, 1);
  CHECK(closings.due(*map, 1) == shards{s1, s2});
  closings.confirmed(s1, number);
  CHECK(closings.due(*map, 1) == shards{s2});
}

TEST_CASE("session_closings: a later version, or a later master, is told again") {
  auto closings = session_closings{};
  auto words = two_masters();
  for (auto shard : {s1, s2})
    closings.confirmed(shard, closings.told(shard, epoch{1}, 1));
  CHECK(closings.due(*words.build(), 1).empty());
  CHECK(closings.due(*words.build(), 2) == shards{s1, s2});
  words.masters[s2] = {2, n3};
  CHECK(closings.due(*words.build(), 1) == shards{s2});
}

TEST_CASE("session_closings: a late answer says nothing of what was told since") {
  auto closings = session_closings{};
  auto map = two_masters().build();
  auto first = closings.told(s1, epoch{1}, 1);
  auto second = closings.told(s1, epoch{1}, 2);
  closings.confirmed(s1, first);
  CHECK(closings.due(*map, 2) == shards{s1, s2});
  closings.confirmed(s2, second);
  CHECK(closings.due(*map, 2) == shards{s1, s2});
  closings.confirmed(s1, second);
  CHECK(closings.due(*map, 2) == shards{s2});
}

TEST_CASE("session_closings: a shard without a master waits for one") {
  auto words = two_masters();
  words.masters[s1].second = std::nullopt;
  CHECK(session_closings{}.due(*words.build(), 1) == shards{s2});
}
