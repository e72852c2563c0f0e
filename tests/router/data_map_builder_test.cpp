#include "router/data/data_map_builder.hpp"
#include "storage/catalog/placement_wire.hpp"
#include "tests/router/data_fixture.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;

namespace {

using registry::view_change;

byte_buffer bytes(std::string_view text) {
  auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

view_change config(const std::string& key, const std::string& value) {
  return {
    {{registry::entry_kind::config, key, {}},
     registry::owner_id::catalog(),
     {1, 1},
     bytes(value),
     false},
    false};
}

view_change placed(shard_id shard, const std::vector<node_id>& nodes) {
  auto members = std::vector<storage::member>{};
  for (const auto& node : nodes)
    members.push_back(
      {replica_id{members.size() + 1}, node, storage::member_role::voter});
  auto x = storage::placement{shard, {{std::move(members), {}}, {}}};
  return config(storage::placement_key(shard), storage::encode(x));
}

view_change slots(std::vector<storage::slot_map::range> ranges) {
  return config(
    storage::slot_map_key, storage::encode(storage::slot_map{std::move(ranges)}));
}

view_change role(
  shard_id shard, std::uint64_t at, const node_id& node, std::uint64_t incarnation = 1) {
  auto x = storage::shard_role_entry{
    shard, epoch{at}, replica_id{1}, node, troupe::incarnation{incarnation}};
  return {
    {{registry::entry_kind::shard_role, storage::shard_name(shard), {}},
     registry::owner_id{node},
     {incarnation, at},
     storage::encode(x),
     false},
    false};
}

view_change gone(view_change x) {
  x.removed = true;
  return x;
}

registry::push push(std::vector<view_change> changes, bool snapshot = false) {
  return {
    {},
    1,
    snapshot,
    std::make_shared<const std::vector<view_change>>(std::move(changes))};
}

cluster::member_news news_of(
  const node_id& id, cluster::member_state state = cluster::member_state::alive,
  std::uint64_t incarnation = 1) {
  auto about = cluster::member{
    {id, node_name{"n"}, troupe::incarnation{incarnation}},
    {"link", "resp", "http"},
    {},
    {},
    {},
    state,
    {}};
  auto what = cluster::member_event::updated;
  return {what, std::move(about), {}};
}

/// Three nodes; shard 1 is on n2, n1.
struct data_map_builder_fixture {
  data_map_builder_fixture() {
    for (const auto& id : {n1, n2, n3})
      builder.member(news_of(id));
    configs({placed(s1, {n2, n1}), slots({{{slot{0}, slot{16'383}}, s1}})});
  }

  void configs(std::vector<view_change> x, bool snapshot = false) {
    CHECK(builder.configs(push(std::move(x), snapshot)).empty());
  }

  void roles(std::vector<view_change> x, bool snapshot = false) {
    CHECK(builder.roles(push(std::move(x), snapshot)).empty());
  }

  std::optional<node_id> master() { return builder.build()->master_of(s1); }

  data_map_builder builder;
};

} // namespace

TEST_CASE("data_map_builder: it joins placement, slots, masters and members") {
  auto x = data_map_builder_fixture{};
  x.roles({role(s1, 3, n1)});
  auto map = x.builder.build();
  CHECK(map->shard_of(slot{12}) == s1);
  CHECK(*map->find(s1) == shard_route{epoch{3}, n1, {n2, n1}});
  CHECK(map->nodes().at(n3).endpoints.resp == "resp");
  CHECK(map->nodes().at(n3).present);
}

TEST_CASE("data_map_builder: the version grows when something changes, and only then") {
  auto x = data_map_builder_fixture{};
  auto first = x.builder.build();
  CHECK(first->version() == 1);
  CHECK(x.builder.build() == first);
  x.builder.member(news_of(n3));
  CHECK(x.builder.build() == first);
  x.roles({role(s1, 3, n1)});
  CHECK(x.builder.build()->version() == 2);
}

TEST_CASE("data_map_builder: the master is that of the highest epoch, whoever is heard "
          "last") {
  auto x = data_map_builder_fixture{};
  x.roles({role(s1, 4, n2), role(s1, 3, n1)});
  CHECK(x.master() == n2);
}

TEST_CASE("data_map_builder: when the highest epoch's entry is hidden, an older master "
          "is not back") {
  auto x = data_map_builder_fixture{};
  x.roles({role(s1, 3, n1), role(s1, 4, n2)});
  x.roles({gone(role(s1, 4, n2))});
  CHECK(x.master() == std::nullopt);
  CHECK(x.builder.build()->find(s1)->at == epoch{4});
  x.roles({role(s1, 3, n1)}, true);
  CHECK(x.master() == std::nullopt);
  x.roles({role(s1, 5, n1)});
  CHECK(x.master() == n1);
}

TEST_CASE("data_map_builder: a dead node is no master, a suspect one is") {
  using enum cluster::member_state;
  auto cases = std::vector<std::pair<cluster::member_state, bool>>{
    {alive, true}, {suspect, true}, {dead, false}, {left, false}};
  for (const auto& each : cases) {
    CAPTURE(cluster::to_string(each.first));
    auto x = data_map_builder_fixture{};
    x.roles({role(s1, 3, n1)});
    x.builder.member(news_of(n1, each.first));
    CHECK(x.master().has_value() == each.second);
  }
}

TEST_CASE(
  "data_map_builder: the next incarnation of a node is not the master that it was") {
  auto x = data_map_builder_fixture{};
  x.roles({role(s1, 3, n1, 1)});
  x.builder.member(news_of(n1, cluster::member_state::alive, 2));
  CHECK(x.master() == std::nullopt);
  x.roles({role(s1, 4, n1, 3)}); // Heard before membership tells of it.
  CHECK(x.master() == n1);
}

TEST_CASE("data_map_builder: a node that membership has not named is no master yet") {
  auto x = data_map_builder_fixture{};
  x.roles({role(s1, 3, node_of(9))});
  CHECK(x.master() == std::nullopt);
  x.builder.member(news_of(node_of(9)));
  CHECK(x.master() == node_of(9));
}

TEST_CASE("data_map_builder: who has left or died is listed while it holds a shard") {
  using enum cluster::member_state;
  for (auto state : {dead, left}) {
    CAPTURE(cluster::to_string(state));
    auto x = data_map_builder_fixture{};
    x.builder.member(news_of(n1, state)); // A replica of shard 1.
    x.builder.member(news_of(n3, state)); // Nothing.
    CHECK_FALSE(x.builder.build()->nodes().at(n1).present);
    CHECK_FALSE(x.builder.build()->nodes().contains(n3));
    x.configs({placed(s1, {n2})});
    CHECK_FALSE(x.builder.build()->nodes().contains(n1));
    x.builder.member(news_of(n3));
    CHECK(x.builder.build()->nodes().at(n3).present);
  }
}

TEST_CASE("data_map_builder: a forgotten node is no node") {
  auto x = data_map_builder_fixture{};
  auto news = news_of(n3, cluster::member_state::forgotten);
  news.what = cluster::member_event::forgotten;
  x.builder.member(news);
  CHECK(!x.builder.build()->nodes().contains(n3));
}

TEST_CASE("data_map_builder: news of a clone or a rival changes no node") {
  using enum cluster::member_event;
  for (auto what : {name_conflict, accused, outlived, cloned, expelled, departed}) {
    CAPTURE(cluster::to_string(what));
    auto x = data_map_builder_fixture{};
    auto news = news_of(n1, cluster::member_state::dead, 9);
    news.what = what;
    x.builder.member(news);
    CHECK(x.builder.build()->nodes().at(n1).present);
  }
}

TEST_CASE("data_map_builder: a snapshot of the configuration replaces all of it") {
  auto x = data_map_builder_fixture{};
  x.configs({placed(s2, {n3})}, true);
  auto map = x.builder.build();
  CHECK(map->shard_of(slot{12}) == std::nullopt);
  CHECK(map->find(s1) == nullptr);
  CHECK(map->find(s2)->replicas == std::vector{n3});
}

TEST_CASE("data_map_builder: what the catalog deletes is gone, what it changes is new") {
  auto x = data_map_builder_fixture{};
  x.configs({placed(s1, {n3})});
  CHECK(x.builder.build()->find(s1)->replicas == std::vector{n3});
  x.configs({gone(placed(s1, {n3})), gone(slots({{{slot{0}, slot{16'383}}, s1}}))});
  CHECK(x.builder.build()->find(s1) == nullptr);
  CHECK(x.builder.build()->shard_of(slot{0}) == std::nullopt);
}

TEST_CASE(
  "data_map_builder: other configuration, and that of a node, says nothing here") {
  auto x = data_map_builder_fixture{};
  auto before = x.builder.build();
  auto foreign = placed(s2, {n3});
  foreign.entry.owner = registry::owner_id{n1};
  x.configs({config("rules/a", "?"), std::move(foreign)});
  CHECK(x.builder.build() == before);
}

TEST_CASE("data_map_builder: what does not parse is named and ignored") {
  auto x = data_map_builder_fixture{};
  auto before = x.builder.build();
  auto trouble
    = x.builder.configs(push({config("slots", "?"), config("placement/1", "?")}));
  REQUIRE(trouble.size() == 2);
  CHECK(trouble[0] == ec::malformed);
  CHECK(render(trouble[0]).find("slots") != std::string::npos);
  auto bad = role(s1, 9, n1);
  bad.entry.value = bytes("?");
  CHECK(x.builder.roles(push({bad})).size() == 1);
  CHECK(x.builder.build() == before);
}

TEST_CASE("data_map_builder: nobody speaks for another node or another shard") {
  auto x = data_map_builder_fixture{};
  auto stolen = role(s1, 9, n1);
  stolen.entry.owner = registry::owner_id{n2};
  auto mislaid = role(s1, 9, n1);
  mislaid.entry.key.name = storage::shard_name(s2);
  CHECK(x.builder.roles(push({stolen, mislaid})).size() == 2);
  CHECK(x.master() == std::nullopt);
}

TEST_CASE("data_map_builder: whom the node's own replica follows is the master at once") {
  auto x = data_map_builder_fixture{};
  x.roles({role(s1, 3, n1)});
  x.builder.follows(s1, {{epoch{4}, n2, incarnation{1}}});
  CHECK(*x.builder.build()->find(s1) == shard_route{epoch{4}, n2, {n2, n1}});
  x.roles({role(s1, 4, n2)});
  CHECK(x.master() == n2);
}

TEST_CASE("data_map_builder: of what is followed and announced the later epoch counts") {
  auto x = data_map_builder_fixture{};
  x.builder.follows(s1, {{epoch{4}, n2, incarnation{1}}});
  x.roles({role(s1, 5, n3)}); // This node's replica is cut off, and does not know yet.
  CHECK(x.master() == n3);
  x.roles({gone(role(s1, 5, n3))});
  CHECK(x.master() == std::nullopt); // The one that is followed is deposed.
}

TEST_CASE("data_map_builder: a replica that follows nobody says nothing of others") {
  auto x = data_map_builder_fixture{};
  x.builder.follows(s1, {{epoch{4}, n2, incarnation{1}}});
  x.builder.follows(s1, std::nullopt);
  CHECK(*x.builder.build()->find(s1) == shard_route{epoch{4}, std::nullopt, {n2, n1}});
  x.roles({role(s1, 4, n2)});
  CHECK(x.master() == n2);
}

TEST_CASE(
  "data_map_builder: who is dead, or a later incarnation, is followed by nobody") {
  auto x = data_map_builder_fixture{};
  x.builder.follows(s1, {{epoch{4}, n2, incarnation{1}}});
  x.builder.member(news_of(n2, cluster::member_state::dead));
  CHECK(x.master() == std::nullopt);
  x.builder.member(news_of(n2, cluster::member_state::alive, 2));
  CHECK(x.master() == std::nullopt);
}
