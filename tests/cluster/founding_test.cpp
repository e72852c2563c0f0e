#include "cluster/founding.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {

namespace {

const auto n1 = node_id{uuid{0, 1}};
const auto n2 = node_id{uuid{0, 2}};
const auto n3 = node_id{uuid{0, 3}};

const auto three = std::vector<founder>{
  {node_name{"n1"}, "a:1"}, {node_name{"n2"}, "a:2"}, {node_name{"n3"}, "a:3"}};
const auto some_charter = charter{cluster_id{uuid{7, 7}}, {n1, n2, n3}, "of n1"};

founding make_founder(
  const node_id& id, const std::string& name, std::optional<charter> stored = {},
  std::vector<founder> list = three) {
  return {
    founding_config{.founders = std::move(list), .settings = "of " + name}, id,
    node_name{name}, std::move(stored), random_source{id.value().value()[15]}};
}

founding make_joiner(const node_id& id) {
  return {
    founding_config{.seeds = {"a:1", "a:2"}}, id, node_name{"n9"}, {}, random_source{9}};
}

founding_message says(
  const std::string& name, std::optional<charter> agreed = {},
  std::vector<founder> list = three) {
  return {node_name{name}, std::move(list), std::move(agreed)};
}

} // namespace

TEST_CASE("founding: the first founder draws once it has heard all others") {
  auto first = make_founder(n1, "n1");
  CHECK(first.start().dials == std::vector<std::string>{"a:2", "a:3"});
  CHECK_FALSE(first.heard(n2, says("n2")).store);
  auto out = first.heard(n3, says("n3"));
  REQUIRE(out.store);
  CHECK(out.store->founders == std::vector{n1, n2, n3});
  CHECK(out.store->settings == "of n1");
  CHECK_FALSE(out.store->cluster.value().nil());
  CHECK_FALSE(out.done);
  CHECK(out.sends.empty());
}

TEST_CASE("founding: a drawn charter is told only when it is durable") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  (void)first.heard(n2, says("n2"));
  auto drawn = first.heard(n3, says("n3")).store;
  REQUIRE(drawn);
  CHECK(first.met(n2, "a:2").sends.empty());
  CHECK(first.tick().sends.empty());
  CHECK(first.heard(n2, says("n2")).sends.empty());
  CHECK_FALSE(first.agreed());
  auto out = first.stored();
  CHECK(out.done == drawn);
  CHECK(first.agreed() == drawn);
  REQUIRE(out.sends.size() == 2);
  for (const auto& x : out.sends)
    CHECK(x.message.agreed == drawn);
}

TEST_CASE("founding: only the first of the list draws") {
  auto second = make_founder(n2, "n2");
  (void)second.start();
  CHECK_FALSE(second.heard(n1, says("n1")).store);
  CHECK_FALSE(second.heard(n3, says("n3")).store);
}

TEST_CASE("founding: a founder alone draws at the start") {
  auto alone = make_founder(n1, "n1", {}, {{node_name{"n1"}, "a:1"}});
  auto out = alone.start();
  REQUIRE(out.store);
  CHECK(out.store->founders == std::vector{n1});
  CHECK(alone.stored().done == out.store);
}

TEST_CASE("founding: a node with a charter is done at the start and never draws") {
  auto first = make_founder(n1, "n1", some_charter);
  auto out = first.start();
  CHECK(out.done == some_charter);
  CHECK_FALSE(out.store);
  (void)first.heard(n2, says("n2"));
  CHECK_FALSE(first.heard(n3, says("n3")).store);
  CHECK(first.tick().sends.empty());
  CHECK(first.tick().dials.empty());
}

TEST_CASE("founding: whoever has no charter takes that of another") {
  auto second = make_founder(n2, "n2");
  (void)second.start();
  CHECK(second.heard(n1, says("n1", some_charter)).store == some_charter);
  auto done = second.stored().done;
  REQUIRE(done);
  CHECK(*done == some_charter);
  CHECK(done->settings == "of n1");
}

TEST_CASE("founding: the first founder takes an existing charter instead of drawing") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  (void)first.heard(n2, says("n2"));
  CHECK(first.heard(n3, says("n3", some_charter)).store == some_charter);
  CHECK_FALSE(first.heard(n3, says("n3")).store);
  CHECK(first.stored().done == some_charter);
}

TEST_CASE("founding: a charter is kept for ever") {
  auto second = make_founder(n2, "n2", some_charter);
  (void)second.start();
  auto other = charter{cluster_id{uuid{8, 8}}, {n1}};
  auto out = second.heard(n1, says("n1", other));
  CHECK_FALSE(out.store);
  CHECK_FALSE(out.done);
  CHECK(second.agreed() == some_charter);
}

TEST_CASE("founding: the first of two charters heard while storing is the one") {
  auto joiner = make_joiner(n3);
  (void)joiner.start();
  CHECK(joiner.heard(n1, says("n1", some_charter)).store == some_charter);
  CHECK_FALSE(joiner.heard(n2, says("n2", charter{cluster_id{uuid{8, 8}}, {n2}})).store);
  CHECK(joiner.stored().done == some_charter);
}

TEST_CASE("founding: a node with a charter tells it to those who ask, and to no other") {
  auto first = make_founder(n1, "n1", some_charter);
  (void)first.start();
  CHECK(first.met(n2, {}).sends.empty());
  auto out = first.heard(n2, says("n2"));
  REQUIRE(out.sends.size() == 1);
  CHECK(out.sends[0].to == n2);
  CHECK(out.sends[0].message == says("n1", some_charter));
  CHECK(first.heard(n2, says("n2", some_charter)).sends.empty());
}

// Otherwise a first founder on a new disk could count it among those without a charter
// while the one it is storing was drawn by the old disk's node.
TEST_CASE("founding: a node that stores a charter says nothing until it has it") {
  auto second = make_founder(n2, "n2");
  (void)second.start();
  REQUIRE(second.heard(n1, says("n1", some_charter)).store);
  CHECK(second.met(n3, {}).sends.empty());
  auto out = second.stored();
  REQUIRE(out.sends.size() == 2);
  CHECK(out.sends[1].to == n3);
  CHECK(out.sends[1].message.agreed == some_charter);
}

TEST_CASE("founding: differing lists are refused, both printed, once for each peer") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  auto other = three;
  std::swap(other[1], other[2]);
  auto out = first.heard(n2, says("n2", {}, other));
  REQUIRE(out.complaints.size() == 1);
  auto text = render(out.complaints[0]);
  CHECK(out.complaints[0] == ec::invalid_config);
  CHECK(text.find("[n1=a:1, n2=a:2, n3=a:3]") != std::string::npos);
  CHECK(text.find("n2 [n1=a:1, n3=a:3, n2=a:2]") != std::string::npos);
  CHECK(first.heard(n2, says("n2", {}, other)).complaints.empty());
  CHECK_FALSE(first.heard(n3, says("n3")).store);
}

TEST_CASE("founding: a founder whose list was mended counts") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  (void)first.heard(n2, says("n2", {}, {{node_name{"n2"}, "a:2"}}));
  (void)first.heard(n3, says("n3"));
  CHECK(first.heard(n2, says("n2")).store);
}

TEST_CASE("founding: a second process under this node's name does not take its place") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  auto twin = node_id{uuid{0, 66}};
  auto out = first.heard(twin, says("n1"));
  REQUIRE(out.complaints.size() == 1);
  CHECK(out.complaints[0] == ec::already_exists);
  CHECK(render(out.complaints[0]).find("n1") != std::string::npos);
  CHECK(first.heard(twin, says("n1")).complaints.empty());
  (void)first.heard(n2, says("n2"));
  auto drawn = first.heard(n3, says("n3")).store;
  REQUIRE(drawn);
  CHECK(drawn->founders == std::vector{n1, n2, n3});
}

TEST_CASE("founding: a founder that came back on a new disk replaces its former self") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  auto former = node_id{uuid{0, 22}};
  (void)first.heard(former, says("n2"));
  (void)first.heard(n2, says("n2"));
  auto drawn = first.heard(n3, says("n3")).store;
  REQUIRE(drawn);
  CHECK(drawn->founders == std::vector{n1, n2, n3});
}

TEST_CASE("founding: who is on no list counts as no founder") {
  auto first = make_founder(n1, "n1");
  (void)first.start();
  (void)first.heard(n2, says("n2"));
  CHECK_FALSE(first.heard(n3, says("stranger")).store);
  CHECK(first.heard(n3, says("stranger", {}, {})).complaints.empty());
}

TEST_CASE("founding: a joiner dials its seeds and tells no list") {
  auto joiner = make_joiner(n3);
  CHECK(joiner.start().dials == std::vector<std::string>{"a:1", "a:2"});
  auto out = joiner.met(n1, "a:1");
  REQUIRE(out.sends.size() == 1);
  CHECK(out.sends[0].message == says("n9", {}, {}));
}

TEST_CASE("founding: a tick asks everybody met and dials who was not reached") {
  auto joiner = make_joiner(n3);
  (void)joiner.start();
  (void)joiner.met(n1, "a:1");
  auto out = joiner.tick();
  REQUIRE(out.sends.size() == 1);
  CHECK(out.sends[0].to == n1);
  CHECK(out.dials == std::vector<std::string>{"a:2"});
}

// Whoever was there may have come back on a new disk, under another id.
TEST_CASE("founding: an address whose node fell silent is dialled again") {
  auto joiner = make_joiner(n3);
  (void)joiner.start();
  (void)joiner.met(n1, "a:1");
  (void)joiner.met(n2, "a:2");
  CHECK(joiner.tick().dials.empty());
  (void)joiner.heard(n2, says("n2"));
  CHECK(joiner.tick().dials == std::vector<std::string>{"a:1"});
}

TEST_CASE("founding_config: refuses a name that is listed twice") {
  auto config
    = founding_config{.founders = {{node_name{"n1"}, "a:1"}, {node_name{"n1"}, "a:2"}}};
  auto why = config.validate();
  CHECK(why == ec::invalid_config);
  CHECK(render(why).find("'n1' twice") != std::string::npos);
  CHECK_FALSE(founding_config{.founders = three}.validate());
}

TEST_CASE("founding_config: refuses a retry interval out of range") {
  using namespace std::chrono_literals;
  CHECK((founding_config{.retry_interval = 0ms}.validate()) == ec::invalid_config);
  CHECK((founding_config{.retry_interval = 60'001ms}.validate()) == ec::invalid_config);
  CHECK_FALSE((founding_config{.retry_interval = 1ms}.validate()));
}

TEST_CASE("founding_config: refuses settings that no peer would take") {
  auto config = founding_config{.settings = std::string(charter_settings_bytes_max, 'x')};
  CHECK_FALSE(config.validate());
  config.settings += 'x';
  CHECK(config.validate() == ec::invalid_config);
}

} // namespace troupe::cluster
