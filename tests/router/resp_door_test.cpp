#include "tests/router/resp_door_fixture.hpp"

#include <chrono>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::router::test {
namespace {

using namespace std::chrono_literals;
using storage::answer_status;

std::string repeated(std::string_view text, int count) {
  auto result = std::string{};
  for (auto i = 0; i < count; ++i)
    result += text;
  return result;
}

resp_door_settings impatient() {
  auto result = resp_door_settings{};
  result.door.deadline = 200ms;
  return result;
}

resp_door_settings redirecting(redirect_mode mode) {
  auto result = resp_door_settings{};
  result.session.redirect = mode;
  return result;
}

std::string bulk(std::string_view bytes) {
  return "$" + std::to_string(bytes.size()) + "\r\n" + std::string{bytes} + "\r\n";
}

TEST_CASE("resp_door: a pipeline's replies keep its order, whichever shards take part") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  const auto expected = std::string_view{"+OK\r\n+OK\r\n+PONG\r\n$1\r\n1\r\n$1\r\n2\r\n"
                                         "-ERR unknown command 'nosuch', with args "
                                         "beginning with: \r\n:2\r\n"};
  CHECK(
    client.ask(
      "SET a 1\r\nSET b 2\r\nPING\r\nGET a\r\nGET b\r\nnosuch\r\nINCR a\r\n", expected)
    == expected);
  CHECK(!t.forwards().empty());
  CHECK(!t.here->batches().empty());
}

TEST_CASE("resp_door: commands that came together go to their shard in one message") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  const auto expected = repeated("+OK\r\n", 100);
  CHECK(client.ask(repeated("SET b 1\r\n", 100), expected) == expected);
  const auto batches = t.here->batches();
  CHECK(std::accumulate(batches.begin(), batches.end(), std::size_t{0}) == 100);
  CHECK(batches.size() < 10); // As many as the system made of the bytes.
}

TEST_CASE("resp_door: large values come whole, in and out") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  const auto value = std::string(5 << 20, 'x');
  CHECK(
    client.ask("*3\r\n$3\r\nSET\r\n$1\r\na\r\n" + bulk(value), "+OK\r\n") == "+OK\r\n");
  CHECK(client.ask("GET a\r\n", bulk(value)) == bulk(value));
}

TEST_CASE("resp_door: a shard that is silent until the deadline is named") {
  auto t = resp_door_fixture{impatient()};
  t.here->fall_silent();
  auto client = t.connect();
  const auto read = std::string_view{"-TRYAGAIN shard 1 did not answer in time\r\n"};
  CHECK(client.ask("GET b\r\n", read) == read);
  const auto write = std::string_view{
    "-UNKNOWN shard 1 did not answer in time: the write may be done, now or later\r\n"};
  CHECK(client.ask("SET b 1\r\n", write) == write);
}

TEST_CASE("resp_door: a shard without master is named at the deadline") {
  auto t = resp_door_fixture{impatient()};
  t.publish(std::nullopt, std::nullopt);
  auto client = t.connect();
  const auto here = std::string_view{"-CLUSTERDOWN NOQUORUM shard 1 has no master\r\n"};
  CHECK(client.ask("SET b 1\r\n", here) == here);
  const auto there = std::string_view{"-CLUSTERDOWN NOQUORUM shard 2 has no master\r\n"};
  CHECK(client.ask("GET a\r\n", there) == there);
}

TEST_CASE("resp_door: commands wait for a master, and are served by the next one") {
  auto t = resp_door_fixture{};
  t.publish(std::nullopt, t.other);
  auto client = t.connect();
  client.send("SET b 1\r\nGET b\r\nGET a\r\n");
  CHECK(t.comes_true([&] { return !t.forwards().empty(); }));
  CHECK(t.here->writes().empty());
  t.publish(t.self, t.other);
  const auto expected = std::string_view{"+OK\r\n$1\r\n1\r\n$-1\r\n"};
  CHECK(client.receive(expected.size()) == expected);
}

TEST_CASE("resp_door: a write that is sent again keeps its name") {
  auto t = resp_door_fixture{};
  t.here->refuse_with(answer_status::unknown);
  auto client = t.connect();
  client.send("SET b 1\r\n");
  CHECK(t.comes_true([&] { return t.here->batches().size() >= 2; }));
  t.here->refuse_with(std::nullopt);
  CHECK(client.receive(5) == "+OK\r\n");
  CHECK(client.ask("SET b 2\r\n", "+OK\r\n") == "+OK\r\n");
  const auto writes = t.here->writes();
  REQUIRE(writes.size() == 2);
  CHECK(writes[0].number == 1);
  CHECK(writes[1].number == 2);
  CHECK(writes[0].client == writes[1].client);
}

TEST_CASE(
  "resp_door: auto redirects those that have asked for the map, and serves others") {
  auto t = resp_door_fixture{redirecting(redirect_mode::automatic)};
  auto plain = t.connect();
  CHECK(plain.ask("SET a 1\r\n", "+OK\r\n") == "+OK\r\n");
  auto knowing = t.connect();
  const auto begin = std::string_view{"*2\r\n*3\r\n:0\r\n:8191\r\n"};
  CHECK(knowing.ask("CLUSTER SLOTS\r\n", begin) == begin);
  knowing.send("GET a\r\nQUIT\r\n");
  const auto rest = knowing.peer().receive_all();
  CHECK(rest.ends_with("-MOVED 15495 127.0.0.1:7502\r\n+OK\r\n"));
}

TEST_CASE("resp_door: always redirects everybody, never nobody") {
  const auto moved = std::string_view{"-MOVED 15495 127.0.0.1:7502\r\n"};
  auto always = resp_door_fixture{redirecting(redirect_mode::always)};
  CHECK(always.connect().ask("GET a\r\n", moved) == moved);
  CHECK(always.connect().ask("GET b\r\n", "$-1\r\n") == "$-1\r\n");
  CHECK(always.forwards().empty());
  auto never = resp_door_fixture{redirecting(redirect_mode::never)};
  auto client = never.connect();
  const auto begin = std::string_view{"*2\r\n"};
  CHECK(client.ask("CLUSTER SLOTS\r\n", begin) == begin);
  client.send("GET a\r\nQUIT\r\n");
  CHECK(client.peer().receive_all().ends_with("$-1\r\n+OK\r\n"));
}

TEST_CASE("resp_door: reads are made sure of as door.reads says, here and elsewhere") {
  for (const auto level : {storage::read_level::lease, storage::read_level::master}) {
    auto settings = resp_door_settings{};
    settings.door.reads = level;
    auto t = resp_door_fixture{settings};
    CHECK(t.connect().ask("GET b\r\nGET a\r\n", "$-1\r\n$-1\r\n") == "$-1\r\n$-1\r\n");
    CHECK(t.here->read_levels() == std::vector{level});
    CHECK(t.there->read_levels() == std::vector{level});
  }
}

TEST_CASE("resp_door: WAIT tells the least of the shards that were written to") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  const auto expected = std::string_view{"+OK\r\n+OK\r\n:1\r\n:2\r\n"};
  CHECK(
    client.ask("SET a 1\r\nSET b 1\r\nWAIT 1 100\r\nWAIT 9 100\r\n", expected)
    == expected);
}

TEST_CASE("resp_door: a connection's session ends with it, and after its last call") {
  auto t = resp_door_fixture{impatient()};
  {
    auto client = t.connect();
    CHECK(client.ask("GET b\r\n", "$-1\r\n") == "$-1\r\n");
    CHECK(t.sessions.open_count() == 0); // Only those that write have one.
    CHECK(client.ask("SET b 1\r\n", "+OK\r\n") == "+OK\r\n");
    CHECK(t.sessions.open_count() == 1);
    t.here->fall_silent();
    client.send("SET b 2\r\n");
    CHECK(t.comes_true([&] { return t.here->batches().size() >= 3; }));
  }
  CHECK(t.comes_true([&] { return t.sessions.open_count() == 0; }));
  CHECK(t.metrics_of("troupe_router_resp_connections") == 0);
}

} // namespace
} // namespace troupe::router::test
