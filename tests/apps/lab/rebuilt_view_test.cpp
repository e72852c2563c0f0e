#include "apps/lab/world/rebuilt_view.hpp"
#include "tests/registry/samples.hpp"

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using registry::view_change;
using registry::view_entry;
using namespace registry::test;

view_entry served(const std::string& name, std::uint64_t number) {
  return {provider(name), owner(1), {1, number}, bytes("v"), false};
}

registry::push
pushed(std::uint64_t number, bool snapshot, std::vector<view_change> changes) {
  return {
    registry::subscriber_id{1}, number, snapshot,
    std::make_shared<const std::vector<view_change>>(std::move(changes))};
}

} // namespace

TEST_CASE("rebuilt view: pushes in order make what is served") {
  auto known = rebuilt_view{};
  CHECK_FALSE(known.take(pushed(1, true, {{served("bank", 1)}})));
  CHECK_FALSE(known.take(pushed(2, false, {{served("shop", 2)}})));
  CHECK_FALSE(
    known.take(pushed(3, false, {{served("bank", 1), true}, {served("shop", 3)}})));
  known.compare({served("shop", 3)});
  CHECK_FALSE(known.doubt());
}

TEST_CASE("rebuilt view: a push that is missing, repeated or senseless is found") {
  auto known = rebuilt_view{};
  CHECK(known.take(pushed(2, true, {})));
  CHECK_FALSE(known.take(pushed(2, false, {{served("shop", 1)}})));
  CHECK(known.take(pushed(3, false, {{served("shop", 1)}})));       // As it was.
  CHECK(known.take(pushed(4, false, {{served("bank", 1), true}}))); // Never there.
  CHECK(known.take(pushed(5, false, {{served("shop", 2), true}}))); // Never so.
}

TEST_CASE("rebuilt view: what differs from what is served must be made up for") {
  auto known = rebuilt_view{};
  CHECK_FALSE(known.take(pushed(1, true, {{served("shop", 1)}})));
  SUBCASE("a missing entry") { known.compare({served("bank", 1), served("shop", 1)}); }
  SUBCASE("another value") { known.compare({served("shop", 2)}); }
  SUBCASE("an entry too much") { known.compare({}); }
  REQUIRE(known.doubt());
  auto snapshot = known;
  CHECK(known.take(pushed(2, false, {{served("bank", 2)}})));
  CHECK_FALSE(snapshot.take(pushed(2, true, {{served("bank", 2)}})));
  CHECK_FALSE(snapshot.doubt());
}

} // namespace troupe::lab
