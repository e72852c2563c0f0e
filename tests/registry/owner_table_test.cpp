#include "registry/owner_table.hpp"
#include "tests/registry/samples.hpp"

#include <chrono>
#include <limits>

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

using namespace std::chrono_literals;

constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
constexpr auto owner_table_start = time_point{};

// x@1, y@2, x@3, y buried @4, z@5.
owner_table written_five_times() {
  auto table = owner_table{owner(1), {1, 0}};
  table.write(provider("x"), bytes("x1"), {1, 1}, owner_table_start);
  table.write(provider("y"), bytes("y2"), {1, 2}, owner_table_start);
  table.write(provider("x"), bytes("x3"), {1, 3}, owner_table_start);
  table.write(provider("y"), std::nullopt, {1, 4}, owner_table_start + 4s);
  table.write(provider("z"), bytes("z5"), {1, 5}, owner_table_start + 5s);
  return table;
}

owner_table replica_of(const owner_table& table) {
  auto result = owner_table{table.owner()};
  (void)result.merge(
    table.delta_since({}, no_limit).value(), owner_table_start); // Verdict is known.
  return result;
}

TEST_CASE("owner_table: a delta has the latest write of each key, oldest first") {
  auto delta = written_five_times().delta_since({1, 1}, no_limit);
  REQUIRE(delta);
  CHECK(delta->from == version{1, 1});
  CHECK(delta->to == version{1, 5});
  CHECK_FALSE(delta->full);
  CHECK(
    delta->entries
    == std::vector{
      value_at(provider("x"), {1, 3}, "x3"), tombstone_at(provider("y"), {1, 4}),
      value_at(provider("z"), {1, 5}, "z5")});
}

TEST_CASE("owner_table: who has everything, or more, lacks nothing") {
  auto table = written_five_times();
  CHECK_FALSE(table.delta_since({1, 5}, no_limit));
  CHECK_FALSE(table.delta_since({1, 6}, no_limit));
  CHECK_FALSE(table.delta_since({2, 0}, no_limit));
}

TEST_CASE("owner_table: a delta over the byte limit is cut after a version") {
  auto table = written_five_times();
  auto one = owner_delta_bytes + wire_bytes(provider("x"), 2);
  auto delta = table.delta_since({}, one);
  REQUIRE(delta);
  CHECK(delta->to == version{1, 3});
  CHECK(delta->entries.size() == 1);
  CHECK_FALSE(table.delta_since({}, one - 1));
}

TEST_CASE("owner_table: versions that share a number are never cut apart") {
  auto table = owner_table{owner_id::catalog()};
  auto delta = owner_delta{
    .owner = {},
    .from = {},
    .to = {1, 2},
    .full = false,
    .floor = {},
    .entries = {
      value_at(provider("x"), {1, 1}, "v"), value_at(provider("y"), {1, 2}, "v"),
      value_at(provider("z"), {1, 2}, "v")}};
  CHECK(table.merge(delta, owner_table_start).what == verdict::merged);
  auto two = owner_delta_bytes + 2 * wire_bytes(provider("x"), 1);
  CHECK(table.delta_since({}, two).value().to == version{1, 1});
  CHECK_FALSE(table.delta_since({1, 1}, two - 1));
  CHECK(table.delta_since({1, 1}, two).value().entries.size() == 2);
}

TEST_CASE("owner_table: pieces cut by the byte limit add up to the whole") {
  auto table = written_five_times();
  auto piecewise = owner_table{owner(1)};
  while (auto delta = table.delta_since(piecewise.current(), owner_delta_bytes + 80))
    CHECK(piecewise.merge(*delta, owner_table_start).what == verdict::merged);
  CHECK(piecewise.current() == version{1, 5});
  CHECK(piecewise.delta_since({}, no_limit) == table.delta_since({}, no_limit));
}

TEST_CASE("owner_table: merging twice changes nothing the second time") {
  auto delta = written_five_times().delta_since({}, no_limit).value();
  auto table = owner_table{owner(1)};
  CHECK(table.merge(delta, owner_table_start).what == verdict::merged);
  auto again = table.merge(delta, owner_table_start);
  CHECK(again.what == verdict::old);
  CHECK(again.changed.empty());
}

TEST_CASE("owner_table: of a delta that begins earlier only the new part counts") {
  auto source = written_five_times();
  auto table = replica_of(source);
  auto overlapping = source.delta_since({1, 2}, no_limit).value();
  overlapping.to = {1, 6};
  overlapping.entries.push_back(value_at(provider("w"), {1, 6}, "w6"));
  auto merged = table.merge(overlapping, owner_table_start);
  CHECK(merged.what == verdict::merged);
  CHECK(merged.changed == std::vector{provider("w")});
}

TEST_CASE("owner_table: a delta that starts later is a gap and changes nothing") {
  auto table = owner_table{owner(1), {1, 0}};
  auto late = written_five_times().delta_since({1, 1}, no_limit).value();
  CHECK(table.merge(late, owner_table_start).what == verdict::gap);
  CHECK(table.current() == version{1, 0});
  CHECK(table.records().empty());
}

TEST_CASE("owner_table: a node's next incarnation replaces all of the last") {
  auto table = replica_of(written_five_times());
  auto reborn = owner_table{owner(1), {2, 0}};
  reborn.write(provider("n"), bytes("n1"), {2, 1}, owner_table_start);
  auto merged = table.merge(
    reborn.delta_since(table.current(), no_limit).value(), owner_table_start);
  CHECK(merged.what == verdict::merged);
  CHECK(merged.changed == std::vector{provider("x"), provider("z"), provider("n")});
  CHECK(table.live_count() == 1);
  CHECK(table.tombstone_count() == 0);
}

TEST_CASE("owner_table: a next incarnation without entries yet still ends the last") {
  auto table = replica_of(written_five_times());
  auto reborn = owner_table{owner(1), {2, 0}};
  auto delta = reborn.delta_since(table.current(), no_limit);
  REQUIRE(delta);
  CHECK(table.merge(*delta, owner_table_start).what == verdict::merged);
  CHECK(table.records().empty());
  CHECK(table.current() == version{2, 0});
}

TEST_CASE("owner_table: a next incarnation that is not told from its start is a gap") {
  auto table = replica_of(written_five_times());
  auto late = owner_delta{
    .owner = owner(1),
    .from = {2, 3},
    .to = {2, 4},
    .full = false,
    .floor = {},
    .entries = {}};
  CHECK(table.merge(late, owner_table_start).what == verdict::gap);
  CHECK(table.current() == version{1, 5});
}

TEST_CASE("owner_table: the catalog's next epoch goes on from the last") {
  auto table = owner_table{owner_id::catalog()};
  auto delta = owner_delta{
    .owner = {},
    .from = {},
    .to = {1, 7},
    .full = false,
    .floor = {},
    .entries = {value_at(provider("x"), {1, 5}, "v")}};
  CHECK(table.merge(delta, owner_table_start).what == verdict::merged);
  delta = {
    .owner = {},
    .from = {1, 7},
    .to = {2, 9},
    .full = false,
    .floor = {},
    .entries = {value_at(provider("y"), {2, 9}, "v")}};
  CHECK(table.merge(delta, owner_table_start).what == verdict::merged);
  CHECK(table.live_count() == 2);
  CHECK(table.delta_since({1, 7}, no_limit).value().entries.size() == 1);
  delta.from = {};
  delta.to = {3, 9};
  CHECK_FALSE(table.replaced_by(delta));
}

TEST_CASE("owner_table: a dropped tombstone raises the floor, and only by its time") {
  auto table = written_five_times();
  table.drop_tombstones(owner_table_start + 3s);
  CHECK(table.floor() == version{});
  table.drop_tombstones(owner_table_start + 4s);
  CHECK(table.floor() == version{1, 4});
  CHECK(table.tombstone_count() == 0);
  CHECK(table.live_count() == 2);
}

TEST_CASE("owner_table: who stands before the floor is sent the whole owner") {
  auto table = written_five_times();
  table.drop_tombstones(owner_table_start + 4s);
  CHECK_FALSE(table.delta_since({1, 4}, no_limit).value().full);
  auto delta = table.delta_since({1, 3}, no_limit).value();
  CHECK(delta.full);
  CHECK(delta.floor == version{1, 4});
  CHECK(delta.entries.size() == 2);
}

TEST_CASE("owner_table: a full delta removes what its sender no longer knows of") {
  auto source = written_five_times();
  auto behind = owner_table{owner(1)};
  // It saw y alive, and then was away until y's tombstone was dropped.
  auto early = owner_delta{
    .owner = owner(1),
    .from = {1, 0},
    .to = {1, 2},
    .full = false,
    .floor = {},
    .entries
    = {value_at(provider("x"), {1, 1}, "x1"), value_at(provider("y"), {1, 2}, "y2")}};
  CHECK(behind.merge(early, owner_table_start).what == verdict::merged);
  source.drop_tombstones(owner_table_start + 4s);
  auto merged = behind.merge(
    source.delta_since(behind.current(), no_limit).value(), owner_table_start);
  CHECK(merged.what == verdict::merged);
  CHECK(behind.find(provider("y")) == nullptr);
  CHECK(behind.floor() == version{1, 4});
  CHECK(behind.delta_since({1, 2}, no_limit).value().full);
}

TEST_CASE("owner_table: a full delta is sent whole or not at all") {
  auto table = written_five_times();
  table.drop_tombstones(owner_table_start + 4s);
  auto whole = table.bytes() + owner_delta_bytes;
  CHECK(table.delta_since({}, whole).value().entries.size() == 2);
  CHECK_FALSE(table.delta_since({}, whole - 1));
}

TEST_CASE("owner_table: an old full delta does not take the owner back") {
  auto source = written_five_times();
  source.drop_tombstones(owner_table_start + 4s);
  auto old = source.delta_since({}, no_limit).value();
  source.write(provider("v"), bytes("v6"), {1, 6}, owner_table_start);
  auto table = replica_of(source);
  CHECK(table.merge(old, owner_table_start).what == verdict::old);
  CHECK(table.current() == version{1, 6});
}

TEST_CASE("owner_table: shrinking drops the oldest tombstones, and no value") {
  auto table = owner_table{owner(1), {1, 0}};
  for (std::uint64_t i = 1; i <= 4; ++i)
    table.write(
      provider("x", std::to_string(i)), std::nullopt, {1, i}, owner_table_start);
  table.write(provider("y"), bytes("v"), {1, 5}, owner_table_start);
  table.shrink(3, no_limit);
  CHECK(table.tombstone_count() == 3);
  CHECK(table.floor() == version{1, 1});
  table.shrink(3, table.live_bytes());
  CHECK(table.tombstone_count() == 0);
  CHECK(table.live_count() == 1);
  table.check_invariants();
}

} // namespace
} // namespace troupe::registry::test
