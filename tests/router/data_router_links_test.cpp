/// The data router over real links: what crosses, and what it learns when nothing does.

#include "actors/directory.hpp"
#include "actors/inprocess_transport.hpp"
#include "cluster/links_actor.hpp"
#include "router/data/data_router_actor.hpp"
#include "storage/codecs_wire.hpp"
#include "tests/router/data_world.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_cast.hpp>
#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;
using storage::answer_status;

namespace {

struct test_links {
  actors::directory directory;
  cluster::link_environment environment;
  cluster::links_actor links;

  void start(
    data_world& world, actors::transport* transport, const actors::message_codecs* codecs,
    std::uint64_t number) {
    environment = {&world.context, transport, codecs, &directory};
    auto name = "n" + std::to_string(number);
    auto self = cluster::local_identity{
      "mall",
      {},
      {node_of(number), node_name{name}, incarnation{1}, cluster::link_role::node},
      address_of(number)};
    links = world.system.spawn(
      cluster::make_links, &environment, cluster::link_config{}, std::move(self),
      random_source{number});
    auto listening = world.system.self()->request(
      links, caf::infinite, cluster::listen_at{address_of(number)});
    world.system.settle();
    listening.receive(
      [](const std::string&) {}, [](const error& why) { FAIL(render(why)); });
  }

  static std::string address_of(std::uint64_t number) {
    return "n" + std::to_string(number) + ":7400";
  }
};

/// n1 has the router; n2 may have a replica of shard 1. n3 is nowhere.
struct data_router_links_fixture {
  data_router_links_fixture() {
    b.start(world, &transport, &codecs, 2);
    for (auto number : {2U, 3U})
      world.system.self()->send(
        a.links, cluster::peer_moved{node_of(number), test_links::address_of(number)});
    world.system.settle();
  }

  ~data_router_links_fixture() {
    a.directory.clear();
    b.directory.clear();
    for (auto* each : {&a, &b})
      world.end(each->links);
  }
  data_router_links_fixture(const data_router_links_fixture&) = delete;
  data_router_links_fixture& operator=(const data_router_links_fixture&) = delete;

  static actors::message_codecs all_codecs() {
    auto result = actors::message_codecs{};
    storage::register_codecs(result);
    return result;
  }

  /// A replica of shard 1 on n2 that answers whoever asks, at once if `answers`.
  void open_replica(bool answers) {
    auto handle = world.system.spawn([this, answers](fake_replica::pointer self) {
      return fake_replica::behavior_type{
        [](const storage::local_requests&) {},
        [this, answers, self](storage::remote_requests& x) -> caf::result<void> {
          auto said = storage::remote_answers{x.shard, {}};
          for (const auto& each : x.requests) {
            said.answers.push_back(answer_to(each, answer_status::ok));
            asked.push_back(each);
          }
          if (answers)
            self->send(
              caf::actor_cast<storage::remote_asker>(self->current_sender()),
              std::move(said));
          return caf::unit;
        }};
    });
    b.directory.put(
      storage::shard_name(s1), caf::actor_cast<caf::strong_actor_ptr>(handle));
  }

  void forward(const node_id& node, std::vector<std::uint64_t> ids) {
    world.forward(node, std::move(ids), sink);
    world.system.advance(100ms); // For the handshake.
  }

  actors::inprocess_transport transport;
  actors::message_codecs codecs = all_codecs();
  test_links a;
  test_links b;
  std::vector<storage::data_request> asked; // At n2.
  std::shared_ptr<recording_sink> sink = std::make_shared<recording_sink>();
  data_world world{{}, [this](data_world& x) {
                     a.start(x, &transport, &codecs, 1);
                     return a.links;
                   }};
};

} // namespace

TEST_CASE_FIXTURE(
  data_router_links_fixture,
  "data_router_links: requests cross to the other node, and answers back") {
  open_replica(true);
  forward(n2, {7, 8});
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].in == slot{1});
  REQUIRE(sink->answers.size() == 2);
  CHECK(sink->answers[0].first == s1);
  CHECK(sink->answers[0].second.id == 7);
  CHECK(sink->answers[0].second.reply == "reply");
  CHECK(sink->answers[1].second.id == 8);
  forward(n2, {9});
  CHECK(sink->answers.back().second.id == 9);
  CHECK(sink->lost_nodes.empty());
}

TEST_CASE_FIXTURE(
  data_router_links_fixture, "data_router_links: a node without the replica refuses") {
  forward(n2, {7});
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].second.status == answer_status::not_master);
  open_replica(true);
  forward(n2, {8});
  REQUIRE(sink->answers.size() == 2);
  CHECK(sink->answers[1].second.status == answer_status::ok);
}

TEST_CASE_FIXTURE(
  data_router_links_fixture, "data_router_links: a node that is nowhere refuses") {
  forward(n3, {7});
  world.system.advance(5s);
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].second.status == answer_status::not_master);
}

TEST_CASE_FIXTURE(
  data_router_links_fixture, "data_router_links: what a dead node had is lost") {
  open_replica(false);
  forward(n2, {7});
  REQUIRE(asked.size() == 1);
  caf::anon_send_exit(b.links, caf::exit_reason::kill);
  world.system.advance(5s);
  CHECK(sink->answers.empty());
  CHECK(sink->lost_nodes == std::vector{n2});
}
