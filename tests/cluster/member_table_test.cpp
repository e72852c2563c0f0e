#include "cluster/member_table.hpp"
#include "tests/cluster/membership_fixture.hpp"

#include <optional>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using troupe::test::claim;
using troupe::test::numbered;

namespace {

std::vector<member_event> apply(member_table& table, const member& x) {
  auto news = std::vector<member_news>{};
  table.apply(x, news);
  table.check_invariants();
  auto result = std::vector<member_event>{};
  for (const auto& item : news)
    result.push_back(item.what);
  return result;
}

member with_meta(member x) {
  x.meta = "other";
  return x;
}

} // namespace

TEST_CASE("member_table: each transition is told by its name, and once") {
  using enum member_state;
  using event = member_event;
  struct scenario {
    std::optional<member> before;
    member claim;
    std::vector<member_event> told;
  };
  const auto rows = std::vector<scenario>{
    {std::nullopt, claim(7), {event::joined}},
    {std::nullopt, claim(7, suspect), {event::joined, event::suspected}},
    {std::nullopt, claim(7, dead), {event::died}},
    {std::nullopt, claim(7, left), {event::left}},
    {claim(7), claim(7), {}},
    {claim(7), claim(7, alive, 1, 1), {}},
    {claim(7), with_meta(claim(7, alive, 1, 1)), {event::updated}},
    {claim(7), claim(7, alive, 2), {event::restarted}},
    {claim(7), claim(7, suspect), {event::suspected}},
    {claim(7), claim(7, suspect, 2), {event::restarted, event::suspected}},
    {claim(7), claim(7, left), {event::left}},
    {claim(7, suspect), claim(7, alive, 1, 1), {event::refuted}},
    {claim(7, suspect), claim(7, suspect, 1, 1), {}},
    {claim(7, suspect), claim(7, alive, 2), {event::restarted}},
    {claim(7, suspect), claim(7, dead), {event::died}},
    {claim(7, dead), claim(7, dead, 2), {}},
    {claim(7, dead), claim(7, alive, 1, 1), {event::joined}},
    {claim(7, dead), claim(7, alive, 2), {event::joined}},
    {claim(7, dead), claim(7, suspect, 2), {event::joined, event::suspected}},
    {claim(7, dead), claim(7, left), {event::left}},
    {claim(7, left), claim(7, alive, 1, 5), {}},
    {claim(7, left), claim(7, alive, 2), {event::joined}},
    {claim(7, dead), tombstone(numbered(7)), {event::forgotten}},
    {tombstone(numbered(7)), claim(7, alive, 9), {}},
  };
  for (const auto& row : rows) {
    auto table = member_table{claim(1)};
    if (row.before)
      apply(table, *row.before);
    CAPTURE(row.claim.state);
    CHECK(apply(table, row.claim) == row.told);
    CHECK(apply(table, row.claim).empty());
  }
}

TEST_CASE("member_table: counts the alive and the present, itself included") {
  auto table = member_table{claim(1)};
  apply(table, claim(2));
  apply(table, claim(3, member_state::suspect));
  apply(table, claim(4, member_state::dead));
  CHECK(table.alive_count() == 2);
  CHECK(table.present_count() == 3);
  CHECK(table.members().size() == 4);
}

TEST_CASE("member_table: two present members of one name are both listed and reported") {
  auto table = member_table{claim(1)};
  apply(table, claim(2));
  auto impostor = claim(3);
  impostor.node.name = node_name{"n2"};
  auto news = std::vector<member_news>{};
  REQUIRE(table.apply(impostor, news));
  REQUIRE(news.size() == 2);
  CHECK(news[1] == member_news{member_event::name_conflict, impostor, numbered(2)});
  CHECK(table.find(numbered(2)) != nullptr);
  CHECK(table.find(numbered(3)) != nullptr);
}

TEST_CASE("member_table: a name is free again once its bearer is dead") {
  auto table = member_table{claim(1)};
  apply(table, claim(2));
  apply(table, claim(2, member_state::dead));
  auto heir = claim(3);
  heir.node.name = node_name{"n2"};
  CHECK(apply(table, heir) == std::vector{member_event::joined});
}

TEST_CASE("member_table: a member that takes another's name is reported") {
  auto table = member_table{claim(1)};
  apply(table, claim(2));
  apply(table, claim(3));
  auto renamed = claim(3, member_state::alive, 2);
  renamed.node.name = node_name{"n2"};
  CHECK(
    apply(table, renamed)
    == std::vector{member_event::restarted, member_event::name_conflict});
}

TEST_CASE("member_table: what is reclaimed may come back as if it were new") {
  auto table = member_table{claim(1)};
  auto news = std::vector<member_news>{};
  CHECK(table.apply(claim(7, member_state::dead, 3), news));
  news.clear();
  table.reclaim(numbered(7), news);
  REQUIRE(news.size() == 1);
  CHECK(news[0].what == member_event::reclaimed);
  CHECK(news[0].about == claim(7, member_state::dead, 3));
  CHECK(table.find(numbered(7)) == nullptr);
  CHECK_FALSE(table.forgotten(numbered(7)));
  CHECK(table.claims().size() == 1);
  news.clear();
  CHECK(table.apply(claim(7, member_state::alive, 2), news));
  REQUIRE(news.size() == 1);
  CHECK(news[0].what == member_event::joined);
  table.check_invariants();
}

TEST_CASE("member_table: a forgotten identity is told to others, and never listed") {
  auto table = member_table{claim(1)};
  apply(table, tombstone(numbered(7)));
  apply(table, claim(7));
  CHECK(table.find(numbered(7)) == nullptr);
  CHECK(table.forgotten(numbered(7)));
  CHECK(table.claims() == std::vector{claim(1), tombstone(numbered(7))});
}
