#include "router/data/data_router_actor.hpp"
#include "tests/router/data_world.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;
using storage::answer_status;

namespace {

using snapshots = std::vector<data_snapshot_ptr>;

data_listener listen(data_world& world, snapshots& heard) {
  auto result = world.system.spawn([&heard]() -> data_listener::behavior_type {
    return {[&heard](const data_changed& x) { heard.push_back(x.now); }};
  });
  world.system.self()->send(world.router, subscribe_data{result});
  world.system.settle();
  return result;
}

} // namespace

TEST_CASE("data_router: it publishes the map, on the board and to listeners") {
  auto world = data_world{};
  auto heard = snapshots{};
  listen(world, heard);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0]->self == n1);
  CHECK(heard[0]->map->version() == 0);
  world.tell_map({{s1, {3, n2}}});
  CHECK(heard.back()->map->master_of(s1) == n2);
  CHECK(heard.back()->map->shard_of(slot{7}) == s1);
  CHECK(world.board.read() == heard.back());
  CHECK(world.board.version() == heard.back()->version);
  for (auto i = std::size_t{1}; i < heard.size(); ++i)
    CHECK(heard[i]->version == heard[i - 1]->version + 1);
}

TEST_CASE("data_router: a master that the node's own replica follows is known at once") {
  auto world = data_world{};
  world.tell_map({{s1, {3, n2}}});
  auto status = storage::replica_status{};
  status.shard = s1;
  status.follows = {epoch{4}, n3, incarnation{1}};
  world.system.self()->send(world.router, storage::replica_news{status});
  world.system.settle();
  CHECK(world.board.read()->map->master_of(s1) == n3);
}

TEST_CASE("data_router: news that change nothing are not published") {
  auto world = data_world{};
  world.tell_map({{s1, {3, n2}}});
  auto version = world.board.version();
  world.tell_roles({{s1, {3, n2}}});
  CHECK(world.board.version() == version);
}

TEST_CASE("data_router: a board's watcher hears each snapshot, while it lives") {
  struct watcher final : data_watcher {
    void changed(const data_snapshot_ptr& x) override { versions.push_back(x->version); }
    std::vector<std::uint64_t> versions;
  };
  auto world = data_world{};
  auto one = std::make_shared<watcher>();
  world.board.watch(one);
  world.tell_map({{s1, {3, n2}}});
  REQUIRE(!one->versions.empty());
  CHECK(one->versions.back() == world.board.version());
  one.reset();
  world.tell_roles({{s1, {4, n3}}});
  CHECK(world.board.read()->map->master_of(s1) == n3);
}

TEST_CASE("data_router: a request for another node goes there, and its answer comes "
          "back in the asker's words") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto& log = world.log_of(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  world.forward(n2, {41, 42}, sink);
  REQUIRE(log.remote.size() == 1);
  CHECK(log.remote[0].shard == s1);
  REQUIRE(log.remote[0].requests.size() == 2);
  CHECK(log.remote[0].requests[1].time_left == 5s);
  world.answer(log.remote[0].requests[1], answer_status::ok);
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].first == s1);
  CHECK(sink->answers[0].second.id == 42);
  CHECK(sink->answers[0].second.reply == "reply");
}

TEST_CASE("data_router: a reference is looked up once, and what waits for it keeps its "
          "order") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  for (auto id : {1U, 2U, 3U})
    world.system.self()->send(world.router, forward{s1, n2, reads({id}), sink});
  world.system.settle();
  CHECK(world.refers == 1);
  const auto& sent = world.log_of(n2, s1).remote;
  REQUIRE(sent.size() == 3);
  for (const auto& each : sent)
    world.answer(each.requests[0], answer_status::ok);
  for (auto i = std::size_t{0}; i < 3; ++i)
    CHECK(sink->answers[i].second.id == i + 1);
}

TEST_CASE("data_router: a replica that ended is looked up again") {
  auto world = data_world{};
  auto first = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  world.forward(n2, {1}, sink);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  world.system.settle();
  auto second = world.add_replica(n2, s1);
  world.forward(n2, {2}, sink);
  CHECK(world.refers == 2);
  CHECK(world.log_of(n2, s1).remote.size() == 2);
}

TEST_CASE("data_router: what a broken link had is told lost, once, and its late answers "
          "are dropped") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  auto other = std::make_shared<recording_sink>();
  world.forward(n2, {1}, sink);
  world.forward(n2, {2}, sink);
  world.forward(n3, {3}, other);
  world.break_link(n2);
  CHECK(sink->lost_nodes == std::vector{n2});
  CHECK(other->lost_nodes.empty());
  world.answer(world.log_of(n2, s1).remote[0].requests[0], answer_status::ok);
  CHECK(sink->answers.empty());
}

TEST_CASE("data_router: nothing goes into a broken link, which is kept being dialled") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  world.break_link(n2);
  world.forward(n2, {1}, sink);
  CHECK(world.log_of(n2, s1).remote.empty());
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].second.status == answer_status::not_master);
  world.tell_link(cluster::link::news_kind::up, n2);
  world.forward(n2, {2}, sink);
  CHECK(world.log_of(n2, s1).remote.size() == 1);
  CHECK(world.pinned == std::vector{n2});
}

TEST_CASE("data_router: the link to a node that is gone is kept only once asked for") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  world.forward(n2, {1}, sink);
  CHECK(world.pinned == std::vector{n2});
  world.tell_death(n2);
  CHECK(world.pinned.empty());
  world.forward(n2, {2}, sink);
  CHECK(world.pinned == std::vector{n2});
}

TEST_CASE("data_router: what surely did not arrive is refused, what may have is lost") {
  struct expectation {
    ec code;
    std::optional<answer_status> refusal; // None: lost.
  };
  auto cases = std::vector<expectation>{
    {ec::unreachable, answer_status::not_master},
    {ec::not_found, answer_status::not_master},
    {ec::stale_incarnation, answer_status::not_master},
    {ec::busy, answer_status::busy},
    {ec::too_large, answer_status::busy},
    {ec::malformed, answer_status::busy},
    {ec::not_remotable, answer_status::busy},
    {ec::link_lost, std::nullopt},
    {ec::deadline_exceeded, std::nullopt},
    {ec::stopping, std::nullopt}};
  for (const auto& x : cases) {
    CAPTURE(to_string(x.code));
    const auto& refusal = x.refusal;
    auto world = data_world{};
    auto there = world.add_replica(n2, s1);
    world.log_of(n2, s1).refusal = fail(x.code, "why");
    auto sink = std::make_shared<recording_sink>();
    world.forward(n2, {9}, sink);
    REQUIRE(sink->answers.size() == (refusal ? 1 : 0));
    CHECK(sink->lost_nodes.size() == (refusal ? 0 : 1));
    if (refusal) {
      CHECK(sink->answers[0].second.id == 9);
      CHECK(sink->answers[0].second.status == *refusal);
    }
  }
}

TEST_CASE("data_router: a node without the shard's replica refuses") {
  auto world = data_world{};
  auto sink = std::make_shared<recording_sink>();
  world.forward(n2, {9}, sink);
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].second.status == answer_status::not_master);
}

TEST_CASE("data_router: more than a node may owe is busy") {
  auto world = data_world{{.forwards = {.requests_max = 2}}};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  world.forward(n2, {1, 2}, sink);
  world.forward(n2, {3}, sink);
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].second.id == 3);
  CHECK(sink->answers[0].second.status == answer_status::busy);
}

TEST_CASE("data_router: what is never answered is forgotten after its deadline") {
  auto world = data_world{{.forwards = {.requests_max = 1}}};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  world.forward(n2, {1}, sink);
  world.system.advance(6s);
  world.forward(n2, {2}, sink);
  CHECK(world.log_of(n2, s1).remote.size() == 2);
}

TEST_CASE("data_router: a large batch leaves in several messages, in order") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto sink = std::make_shared<recording_sink>();
  auto large = reads({1, 2, 3});
  for (auto& x : large)
    std::get<storage::data_read>(x.what).keys[0] = std::string(300'000, 'k');
  world.system.self()->send(world.router, forward{s1, n2, std::move(large), sink});
  world.system.settle();
  const auto& sent = world.log_of(n2, s1).remote;
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].requests[0].id < sent[1].requests[0].id);
  CHECK(sent[1].requests[0].id < sent[2].requests[0].id);
}

TEST_CASE("data_router: replicas of this node are in the snapshot while they live") {
  auto world = data_world{};
  auto here = world.add_replica(n1, s1);
  auto handle = caf::actor_cast<storage::replica_actor>(here);
  world.system.self()->send(world.router, storage::replica_opened{s1, handle});
  world.system.settle();
  CHECK(world.board.read()->local.at(s1) == handle);
  auto sink = std::make_shared<recording_sink>();
  world.forward(n1, {1}, sink);
  REQUIRE(world.log_of(n1, s1).local.size() == 1);
  CHECK(world.log_of(n1, s1).local[0].to == sink);
  handle = nullptr;
  caf::anon_send_exit(here, caf::exit_reason::kill);
  world.system.settle();
  CHECK(world.board.read()->local.empty());
  world.forward(n1, {2}, sink);
  REQUIRE(sink->answers.size() == 1);
  CHECK(sink->answers[0].second.status == answer_status::not_master);
}

TEST_CASE("data_router: masters hear which sessions are closed, until they confirm") {
  auto world = data_world{};
  auto there = world.add_replica(n2, s1);
  auto& log = world.log_of(n2, s1);
  world.tell_map({{s1, {3, n2}}});
  auto closed = world.sessions.open();
  auto open = world.sessions.open();
  world.sessions.close(closed);
  world.system.advance(1s);
  REQUIRE(log.remote.size() == 1);
  const auto& word = std::get<storage::dedup_trim_record>(log.remote[0].requests[0].what);
  CHECK(word.node == n1);
  CHECK(word.open == std::vector{open.connection});
  CHECK(word.closed_below > open.connection);

  world.answer(log.remote[0].requests[0], answer_status::busy);
  world.system.advance(1s);
  REQUIRE(log.remote.size() == 2);
  world.answer(log.remote[1].requests[0], answer_status::ok);
  world.system.advance(2s);
  CHECK(log.remote.size() == 2);

  world.sessions.close(open);
  world.system.advance(1s);
  CHECK(log.remote.size() == 3);
}
