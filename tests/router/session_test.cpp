#include "actors/base/random.hpp"
#include "router/resp/session.hpp"
#include "tests/router/session_fixture.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;

namespace {

/// Commands, each with another last argument, and replies that repeat it.
struct dialogue {
  std::string bytes;
  std::string replies;
  std::size_t command_count = 0;
};

dialogue draw_dialogue(random_source& random) {
  constexpr auto beginnings
    = std::to_array<const char*>({"ECHO ", "DEL b {b}", "SET foo ", "EXISTS bar {bar}"});
  auto result = dialogue{};
  result.command_count = random.between(1, 40);
  for (std::size_t i = 0; i < result.command_count; ++i) {
    const std::string_view beginning = beginnings[random.below(beginnings.size())];
    auto tag = beginning.substr(std::min(beginning.find('{'), beginning.size()));
    auto text = std::string{tag} + std::to_string(i);
    result.bytes += beginning.substr(0, beginning.size() - tag.size());
    result.bytes += text;
    result.bytes += "\r\n";
    result.replies += bulk_reply(text);
  }
  return result;
}

std::string last_argument(const session_request& x) {
  auto command = decode_data_command(x.what.bytes);
  return std::string{command->arguments.back()};
}

} // namespace

// Node 1 masters the slots of b (3300), bar (5061), foo (12182) and a (15495), node 2
// that of c (7365).

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: a command about data becomes a request for its slot") {
  receive("SET b 1\r\nGET b\r\n");
  REQUIRE(request_count() == 2);
  CHECK(out.requests[0].in == slot{3'300});
  CHECK(out.requests[0].writes);
  CHECK(out.requests[0].keys.empty());
  auto command = decode_data_command(out.requests[0].what.bytes);
  CHECK(command->what == command_id::set);
  CHECK(command->arguments == std::vector<std::string_view>{"b", "1"});
  CHECK_FALSE(out.requests[1].writes);
  CHECK(out.requests[1].keys == std::vector<std::string>{"b"});
  CHECK(out.requests[1].ticket == out.requests[0].ticket + 1);
  CHECK(out.command_count == 2);
  CHECK_FALSE(session.has_replies());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: replies are written in the order of the commands") {
  receive("GET b\r\nPING one\r\nGET bar\r\nPING\r\nPING\r\n");
  answer(2, ":2\r\n");
  CHECK_FALSE(session.has_replies());
  answer(1, ":1\r\n");
  CHECK(session.take_replies() == ":1\r\n$3\r\none\r\n:2\r\n+PONG\r\n+PONG\r\n");
  CHECK(session.in_flight_count() == 0);
  CHECK(ask("PING") == "+PONG\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: endings that come late or twice change nothing") {
  receive("GET b\r\nGET bar\r\n");
  answer(2, ":2\r\n");
  answer(2, ":3\r\n");
  answer(9, ":9\r\n");
  answer(0, ":0\r\n");
  answer(1, ":1\r\n");
  answer(1, ":4\r\n");
  CHECK(session.take_replies() == ":1\r\n:2\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture,
  "resp_session: a shard that cannot answer is named, with the right code") {
  receive("GET b\r\nGET b\r\nGET b\r\n");
  end(1, {data_status::no_quorum, shard_id{1}, {}, {}, "shard 1 has no master"});
  end(2, {data_status::busy, shard_id{1}, {}, {}, "shard 1 is full"});
  end(3, {data_status::unknown, shard_id{1}, {}, {}, "shard 1 did not answer"});
  CHECK(
    session.take_replies()
    == "-CLUSTERDOWN NOQUORUM shard 1 has no master\r\n-TRYAGAIN shard 1 is full\r\n"
       "-UNKNOWN shard 1 did not answer\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: what is wrong with a command is answered at once") {
  CHECK(ask("GET").starts_with("-ERR wrong number of arguments for 'get' command"));
  CHECK(ask("SET a 1 FOO") == "-ERR syntax error\r\n");
  CHECK(ask("NOSUCH").starts_with("-ERR unknown command 'NOSUCH'"));
  CHECK(ask("MGET a b") == "-CROSSSLOT Keys in request don't hash to the same slot\r\n");
  CHECK(
    ask("MSET {b}x 1 b 2 bar 3")
    == "-CROSSSLOT Keys in request don't hash to the same slot\r\n");
  CHECK(request_count() == 0);
  CHECK_FALSE(session.finished());
  CHECK(ask("MSET {b}x 1 b 2").empty());
  CHECK(request_count() == 1);
}

TEST_CASE_FIXTURE(
  session_fixture,
  "resp_session: a broken protocol is answered in its turn, and ends the "
  "connection") {
  receive("GET b\r\n*x\r\nPING\r\n");
  CHECK_FALSE(session.wants_input());
  CHECK_FALSE(session.finished());
  answer(1, ":1\r\n");
  CHECK_FALSE(session.finished());
  CHECK(
    session.take_replies() == ":1\r\n-ERR Protocol error: invalid multibulk length\r\n");
  CHECK(session.finished());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: QUIT is answered, and nothing behind it is executed") {
  receive("GET b\r\nQUIT\r\nSET b 1\r\n");
  CHECK(request_count() == 1);
  CHECK_FALSE(session.finished());
  answer(1, ":1\r\n");
  CHECK(session.take_replies() == ":1\r\n+OK\r\n");
  CHECK(session.finished());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: nothing of an HTTP request is executed") {
  CHECK(ask("POST / HTTP/1.1\r\nSET b 1").empty());
  CHECK(session.finished());
  restart();
  CHECK(ask("GET / HTTP/1.1\r\nHost: localhost\r\nSET b 1")
          .starts_with("-ERR wrong number of arguments"));
  CHECK(session.finished());
  CHECK(request_count() == 0);
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: requests leave at once, in the order of the commands") {
  receive("SET b 1\r\nGET b\r\nSET b 2\r\nMGET bar\r\n");
  REQUIRE(request_count() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(out.requests[i].ticket == i + 1);
    CHECK(out.requests[i].writes == (i % 2 == 0));
  }
  CHECK(session.wants_input());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: it takes no more commands than its limit in flight") {
  config.in_flight_max = 2;
  restart();
  receive("INCR b\r\nINCR b\r\nINCR b\r\nINCR b\r\n");
  CHECK(request_count() == 2);
  CHECK_FALSE(session.wants_input());
  answer(2, ":2\r\n");
  CHECK(request_count() == 2);
  answer(1, ":1\r\n");
  CHECK(request_count() == 4);
  CHECK(session.in_flight_count() == 2);
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: it takes no more commands while many bytes are in "
                   "flight") {
  config.in_flight_bytes_max = kib(1);
  restart();
  auto large = "SET b " + std::string(2'000, 'x') + "\r\n";
  receive(large + large);
  CHECK(request_count() == 1);
  CHECK_FALSE(session.wants_input());
  answer(1, "+OK\r\n");
  CHECK(request_count() == 2);
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: it serves no further a client that takes no replies") {
  config.output_max = kib(1);
  restart();
  auto echo = "ECHO " + std::string(600, 'x') + "\r\n";
  receive(echo + echo + echo + echo);
  CHECK(out.command_count == 2);
  CHECK_FALSE(session.wants_input());
  CHECK(session.take_replies().size() == 2 * 608);
  session.resume({view, facts}, out);
  CHECK(out.command_count == 4);
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: replies that wait for their turn count as well") {
  config.output_max = kib(1);
  restart();
  receive("GET b\r\nGET bar\r\n");
  answer(2, "$2000\r\n" + std::string(2'000, 'x') + "\r\n");
  CHECK_FALSE(session.wants_input());
  answer(1, ":1\r\n");
  CHECK_FALSE(session.wants_input());
  CHECK(session.take_replies().size() > 2'000);
  CHECK(session.wants_input());
}

TEST_CASE_FIXTURE(
  session_fixture,
  "resp_session: of reads, few are under way while replies may be large") {
  config.in_flight_max = 64;
  config.output_max = mib(1);
  restart();
  auto small = std::string{":1\r\n"};
  auto large = std::string(kib(300).bytes, 'x');
  auto answer_all = [&](const std::string& reply) {
    auto sent = request_count();
    for (auto ticket = sent - session.in_flight_count() + 1; ticket <= sent; ++ticket)
      session.ended(ticket, {data_status::done, shard_id{1}, reply, {}, {}}, out);
    session.resume({view, facts}, out);
  };
  auto many = std::string{};
  for (auto i = 0; i < 2'000; ++i)
    many += "GET b\r\n";
  receive(many);
  CHECK(session.in_flight_count() == 8); // Nothing is known yet.
  for (auto round = 0; round < 12; ++round)
    answer_all(small);
  CHECK(session.in_flight_count() == config.in_flight_max);

  // One large reply among many small ones is enough.
  end(
    request_count() - session.in_flight_count() + 1,
    {data_status::done, shard_id{1}, large, {}, {}});
  (void)session.take_replies();
  auto before = request_count();
  session.resume({view, facts}, out);
  CHECK(request_count() == before);
  answer_all(large);
  CHECK(session.in_flight_count() == 0); // The client has to take what there is.
  CHECK_FALSE(session.wants_input());
  (void)session.take_replies();
  session.resume({view, facts}, out);
  CHECK(session.in_flight_count() == 4);
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: who has asked for the map is told where masters are") {
  CHECK(ask("GET c").empty());
  CHECK(request_count() == 1);
  for (const auto* question : {"CLUSTER SLOTS", "CLUSTER SHARDS", "CLUSTER NODES"}) {
    restart();
    CAPTURE(question);
    ask(question);
    CHECK(ask("GET c") == "-MOVED 7365 127.0.0.1:7502\r\n");
    CHECK(ask("SET c 1") == "-MOVED 7365 127.0.0.1:7502\r\n");
    CHECK(ask("GET b").empty());
  }
  restart();
  ask("CLUSTER INFO");
  ask("CLUSTER MYID");
  CHECK(ask("GET c").empty());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: redirection can be for everybody, and for nobody") {
  config.redirect = redirect_mode::always;
  restart();
  CHECK(ask("GET c") == "-MOVED 7365 127.0.0.1:7502\r\n");
  config.redirect = redirect_mode::never;
  restart();
  ask("CLUSTER SLOTS");
  CHECK(ask("GET c").empty());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: a slot whose master is not known is not redirected") {
  shards.at(shard_id{2}).master.reset();
  view = seen_by(1);
  config.redirect = redirect_mode::always;
  restart();
  CHECK(ask("GET c").empty());
  CHECK(request_count() == 1);
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: a reader of slaves is redirected only from where there "
                   "is none") {
  config.redirect = redirect_mode::always;
  restart();
  view = seen_by(2);
  CHECK(ask("READONLY") == "+OK\r\n");
  CHECK(ask("GET b").empty()); // A slave is here.
  answer(1, ":1\r\n");
  CHECK(session.take_replies() == ":1\r\n");
  CHECK(ask("SET b 1") == "-MOVED 3300 127.0.0.1:7501\r\n");
  CHECK(ask("GET foo") == "-MOVED 12182 127.0.0.1:7501\r\n"); // Of its shard none is.
  CHECK(ask("READWRITE") == "+OK\r\n");
  CHECK(ask("GET b") == "-MOVED 3300 127.0.0.1:7501\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: WAIT goes out when all before it is answered, with the "
                   "last writes") {
  receive("SET b 1\r\nINCR b\r\nINCR foo\r\nWAIT 2 100\r\nPING\r\n");
  auto at = [](std::uint64_t seq) { return storage::position{epoch{1}, lsn{seq}}; };
  end(1, {data_status::done, shard_id{1}, "+OK\r\n", at(7), {}});
  end(2, {data_status::done, shard_id{1}, ":2\r\n", at(8), {}});
  CHECK(out.waits.empty());
  end(3, {data_status::done, shard_id{3}, ":1\r\n", at(4), {}});
  REQUIRE(out.waits.size() == 1);
  const auto& wait = out.waits[0];
  CHECK(wait.ticket == 4);
  CHECK(wait.replica_count == 2);
  CHECK(wait.timeout == std::chrono::milliseconds{100});
  using place = std::pair<shard_id, storage::position>;
  CHECK(
    wait.written == std::vector{place{shard_id{1}, at(8)}, place{shard_id{3}, at(4)}});
  end(4, {data_status::done, {}, ":2\r\n", {}, {}});
  CHECK(session.take_replies() == "+OK\r\n:2\r\n:1\r\n:2\r\n+PONG\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: WAIT after no write has nothing to wait for") {
  CHECK(ask("WAIT 9 0") == ":1\r\n");
  receive("GET b\r\nWAIT 0 0\r\n");
  answer(1, ":5\r\n");
  CHECK(session.take_replies() == ":5\r\n:1\r\n");
  CHECK(out.waits.empty());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: WAIT without end has no time of its own") {
  receive("SET b 1\r\nWAIT 4294967296 0\r\n");
  answer(1, "+OK\r\n");
  REQUIRE(out.waits.size() == 1);
  CHECK(out.waits[0].timeout == std::nullopt);
  CHECK(out.waits[0].replica_count == 4'294'967'295);
}

TEST_CASE_FIXTURE(session_fixture, "resp_session: WAIT says what is wrong with it") {
  CHECK(ask("WAIT x 1") == "-ERR value is not an integer or out of range\r\n");
  CHECK(ask("WAIT 1 x") == "-ERR timeout is not an integer or out of range\r\n");
  CHECK(ask("WAIT 1 -1") == "-ERR timeout is negative\r\n");
  CHECK(ask("WAIT -1 1") == ":1\r\n");
}

TEST_CASE("resp_session: answers in any order and chunks of any size give the same "
          "replies") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    auto random = random_source{seed};
    auto f = session_fixture{};
    f.config.in_flight_max = random.between(1, 9);
    f.restart();
    auto told = draw_dialogue(random);
    auto written = std::string{};
    auto open = std::vector<session_request>{};
    while (!told.bytes.empty() || f.session.in_flight_count() > 0) {
      if (!told.bytes.empty() && f.session.wants_input()) {
        auto chunk = std::min<std::size_t>(random.between(1, 60), told.bytes.size());
        f.receive(told.bytes.substr(0, chunk));
        told.bytes.erase(0, chunk);
      }
      std::ranges::move(f.out.requests, std::back_inserter(open));
      f.out.requests.clear();
      REQUIRE(f.session.in_flight_count() <= f.config.in_flight_max);
      if (!open.empty() && random.chance(0.7)) {
        std::swap(open[random.below(open.size())], open.back());
        f.answer(open.back().ticket, bulk_reply(last_argument(open.back())));
        open.pop_back();
      }
      written += f.session.take_replies();
      f.session.resume({f.view, f.facts}, f.out);
    }
    CAPTURE(seed);
    REQUIRE(written + f.session.take_replies() == told.replies);
    REQUIRE(f.out.command_count == told.command_count);
  }
}

TEST_CASE("resp_session: ways to redirect are read by their names") {
  auto mode = redirect_mode::never;
  CHECK(parse("auto", mode));
  CHECK(mode == redirect_mode::automatic);
  CHECK(parse("always", mode));
  CHECK_FALSE(parse("sometimes", mode));
  CHECK(mode == redirect_mode::always);
}

TEST_CASE("resp_session: limits out of range are named") {
  CHECK_FALSE(resp_session_config{}.validate());
  CHECK(resp_session_config{.in_flight_max = 0}.validate() == ec::invalid_config);
  CHECK(resp_session_config{.in_flight_max = 1'001}.validate() == ec::invalid_config);
  CHECK(
    resp_session_config{.limits = {.bulk_max = {0}}}.validate() == ec::invalid_config);
}
