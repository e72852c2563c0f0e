#include "router/data/data_client_actor.hpp"
#include "storage/catalog/catalog_wire.hpp"
#include "tests/router/data_world.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;
using storage::answer_status;

namespace {

data_write_request write_request(duration time_left = 5s) {
  return {{}, slot{1}, storage::command{"SET"}, {}, time_left};
}

/// A client on n1, whose node has a replica of shard 1, and n2 one, too.
struct data_client_fixture : data_world {
  data_client_fixture() {
    here = add_replica(n1, s1);
    there = add_replica(n2, s1);
    system.self()->send(
      router, storage::replica_opened{s1, caf::actor_cast<storage::replica_actor>(here)});
    client_environment.context = &context;
    client_environment.router = router;
    client_environment.sessions = &sessions;
    client = system.spawn(make_data_client, &client_environment, random_source{7});
    system.settle();
  }
  ~data_client_fixture() { end(client); }
  data_client_fixture(const data_client_fixture&) = delete;
  data_client_fixture& operator=(const data_client_fixture&) = delete;

  template <class Request>
  auto ask(Request x) {
    auto result = system.self()->request(client, caf::infinite, std::move(x));
    system.settle();
    return result;
  }

  /// Asks, and does not care for the answer.
  void tell(data_write_request x) {
    system.self()->send(client, std::move(x));
    system.settle();
  }

  void answer_here(std::size_t which, answer_status status, std::string reply = "reply") {
    const auto& asked = log_of(n1, s1).local.at(which);
    auto answer = answer_to(asked.requests[0], status);
    answer.reply = std::move(reply);
    asked.to->take(s1, {answer});
    system.settle();
  }

  fake_replica here;
  fake_replica there;
  data_client_environment client_environment;
  data_client_actor client;
};

template <class Response>
std::string failure_of(Response& x, ec code) {
  auto result = std::string{};
  x.receive(
    [](const data_reply&) { FAIL("expected an error"); },
    [&](const error& why) {
      CHECK(why == code);
      result = render(why);
    });
  return result;
}

} // namespace

TEST_CASE("data_client: a write goes to the replica of this node, without the router") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n1}}});
  auto answer = x.ask(write_request());
  REQUIRE(x.log_of(n1, s1).local.size() == 1);
  const auto& sent
    = std::get<storage::data_write>(x.log_of(n1, s1).local[0].requests[0].what);
  CHECK(sent.request == storage::request_id{{n1, incarnation{1}, 1}, 1});
  CHECK(sent.answered_below == 1);
  x.answer_here(0, answer_status::ok);
  answer.receive(
    [](const data_reply& reply) {
      CHECK(reply.shard == s1);
      CHECK(reply.reply == "reply");
      CHECK(reply.at == storage::position{epoch{1}, lsn{7}});
    },
    [](const error& why) { FAIL(render(why)); });
}

TEST_CASE("data_client: writes of one client are numbered, and told when answered") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n1}}});
  x.tell(write_request());
  x.answer_here(0, answer_status::ok);
  x.tell(write_request());
  const auto& sent
    = std::get<storage::data_write>(x.log_of(n1, s1).local[1].requests[0].what);
  CHECK(sent.request.number == 2);
  CHECK(sent.answered_below == 2);
}

TEST_CASE("data_client: a read goes to the master's node through the router") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n2}}});
  auto answer = x.ask(data_read_request{
    {}, slot{1}, {"k"}, storage::command{"GET"}, storage::read_level::lease, 5s});
  REQUIRE(x.log_of(n2, s1).remote.size() == 1);
  x.answer(x.log_of(n2, s1).remote[0].requests[0], answer_status::ok);
  answer.receive(
    [](const data_reply& reply) { CHECK(reply.reply == "reply"); },
    [](const error& why) { FAIL(render(why)); });
}

TEST_CASE("data_client: a write survives the failover from another node to this one") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n2}}});
  auto answer = x.ask(write_request());
  const auto& there = x.log_of(n2, s1).remote;
  REQUIRE(there.size() == 1);
  x.break_link(n2);
  x.tell_roles({{s1, {4, n1}}});
  REQUIRE(x.log_of(n1, s1).local.size() == 1);
  CHECK(
    std::get<storage::data_write>(x.log_of(n1, s1).local[0].requests[0].what).request
    == std::get<storage::data_write>(there[0].requests[0].what).request);
  x.answer_here(0, answer_status::ok);
  answer.receive(
    [](const data_reply& reply) { CHECK(reply.reply == "reply"); },
    [](const error& why) { FAIL(render(why)); });
}

TEST_CASE("data_client: without a master a write fails at its deadline, not done") {
  auto x = data_client_fixture{};
  auto answer = x.ask(write_request(2s));
  x.system.advance(2s);
  CHECK(failure_of(answer, ec::unreachable).find("slot 1") != std::string::npos);
}

TEST_CASE("data_client: a write that is not answered may be done, and says so") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n1}}});
  auto answer = x.ask(write_request(2s));
  x.system.advance(2s);
  auto why = failure_of(answer, ec::deadline_exceeded);
  CHECK(why.find("shard 1") != std::string::npos);
  CHECK(why.find("may be done") != std::string::npos);
}

TEST_CASE("data_client: a busy shard is busy at the deadline") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n1}}});
  auto answer = x.ask(write_request(5ms));
  x.answer_here(0, answer_status::busy);
  x.system.advance(5ms);
  (void)failure_of(answer, ec::busy); // The sentence is data_calls' business.
}

TEST_CASE("data_client: when a session is full the next writes go on in another") {
  auto x = data_client_fixture{};
  for (auto i = std::size_t{0}; i < session_writes_max; ++i)
    x.system.self()->send(x.client, write_request());
  x.system.settle();
  CHECK(x.sessions.open_count() == 1);
  x.tell(write_request());
  CHECK(x.sessions.open_count() == 2);
}

TEST_CASE("data_client: more writes than its sessions may have are busy at once") {
  auto x = data_client_fixture{};
  for (auto i = std::size_t{0}; i < data_client::sessions_max * session_writes_max; ++i)
    x.system.self()->send(x.client, write_request());
  auto answer = x.ask(write_request());
  (void)failure_of(answer, ec::busy); // The sentence is data_calls' business.
}

TEST_CASE("data_client: a replica of this node that ended is asked no more") {
  auto x = data_client_fixture{};
  x.tell_map({{s1, {3, n1}}});
  x.tell(write_request());
  caf::anon_send_exit(x.here, caf::exit_reason::kill);
  x.system.settle();
  x.tell_roles({{s1, {4, n2}}});
  x.system.advance(20ms);
  CHECK(x.log_of(n2, s1).remote.size() == 1);
}

TEST_CASE("data_client: its session opens with its first write and closes with it") {
  auto x = data_client_fixture{};
  CHECK(x.sessions.open_count() == 0);
  x.tell(write_request());
  CHECK(x.sessions.open_count() == 1);
  x.end(x.client);
  CHECK(x.sessions.open_count() == 0);
}

namespace {

/// An actor with a catalog client.
struct catalog_user {
  static inline constexpr const char* name = "catalog-user";
  catalog_user() = default;

  std::optional<data_client> calls;
};

struct asks_catalog {
  storage::catalog_command what;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(asks_catalog)

namespace {

using catalog_user_actor = caf::typed_actor<
  caf::reacts_to<asks_catalog>, caf::reacts_to<data_changed>,
  caf::reacts_to<data_answers>, caf::reacts_to<data_node_lost>>;

struct catalog_fixture : data_world {
  catalog_fixture() {
    auto here = add_replica(n1, storage::catalog_shard);
    system.self()->send(
      router, storage::replica_opened{
                storage::catalog_shard, caf::actor_cast<storage::replica_actor>(here)});
    tell_map({{storage::catalog_shard, {2, n1}}});
    client_environment.context = &context;
    client_environment.router = router;
    client_environment.sessions = &sessions;
    user = system.spawn(
      [this](catalog_user_actor::stateful_pointer<catalog_user> self)
        -> catalog_user_actor::behavior_type {
        auto& calls = self->state.calls;
        calls.emplace(
          &client_environment, random_source{3},
          caf::actor_cast<data_client_parts>(self));
        return {
          [this, &calls](const asks_catalog& x) {
            catalog_client{&*calls}.ask(
              x.what, 1s, [this](auto answer) { ended.push_back(std::move(answer)); });
          },
          [&calls](const data_changed& x) { calls->on(x); },
          [&calls](data_answers& x) { calls->on(x); },
          [&calls](const data_node_lost& x) { calls->on(x); }};
      });
    system.settle();
  }

  ~catalog_fixture() { end(user); }
  catalog_fixture(const catalog_fixture&) = delete;
  catalog_fixture& operator=(const catalog_fixture&) = delete;

  /// What the catalog's replica is asked for `x`; answers it with `reply`.
  storage::data_request ask(storage::catalog_command x, std::string reply) {
    system.self()->send(user, asks_catalog{std::move(x)});
    system.settle();
    auto& asked = log_of(n1, storage::catalog_shard).local;
    REQUIRE(!asked.empty());
    auto request = asked.back().requests[0];
    auto answer = answer_to(request, answer_status::ok);
    answer.reply = std::move(reply);
    asked.back().to->take(storage::catalog_shard, {answer});
    system.settle();
    return request;
  }

  data_client_environment client_environment;
  catalog_user_actor user;
  std::vector<expected<catalog_answer>> ended;
};

} // namespace

TEST_CASE("catalog_client: a put is a write to shard 0, and its answer is read") {
  auto x = catalog_fixture{};
  auto reply
    = storage::catalog_reply{storage::catalog_status::conflict, 4, {}, {}, false, {}};
  auto put = storage::catalog_put{"rules/a", "b", storage::is_anything{}};
  auto asked = x.ask(put, storage::encode(reply));
  CHECK(asked.in == storage::catalog_slot);
  REQUIRE(std::holds_alternative<storage::data_write>(asked.what));
  REQUIRE(x.ended.size() == 1);
  REQUIRE(x.ended[0]);
  CHECK(x.ended[0]->reply == reply);
  CHECK(x.ended[0]->at == storage::position{epoch{1}, lsn{7}});
}

TEST_CASE("catalog_client: get, list and history are reads") {
  auto x = catalog_fixture{};
  auto reply = storage::encode(storage::catalog_reply{});
  auto commands = std::vector<storage::catalog_command>{
    storage::catalog_get{"slots"}, storage::catalog_list{"rules/", {}, 0},
    storage::catalog_history{"slots", 0}};
  for (const auto& each : commands) {
    auto asked = x.ask(each, reply);
    REQUIRE(std::holds_alternative<storage::data_read>(asked.what));
    CHECK(std::get<storage::data_read>(asked.what).keys == storage::read_of(each).keys);
  }
  CHECK(x.ended.size() == 3);
}

TEST_CASE("catalog_client: an answer that does not parse is an error") {
  auto x = catalog_fixture{};
  auto asked = x.ask(storage::catalog_get{"slots"}, "\x01?");
  CHECK(asked.in == storage::catalog_slot);
  REQUIRE(x.ended.size() == 1);
  REQUIRE(!x.ended[0]);
  CHECK(x.ended[0].error() == ec::malformed);
}
