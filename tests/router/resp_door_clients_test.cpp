#include "tests/router/resp_door_fixture.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace troupe::router::test {
namespace {

using namespace std::chrono_literals;

constexpr auto big_bytes = std::size_t{100'000};

std::string set_big() {
  return "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$" + std::to_string(big_bytes) + "\r\n"
         + std::string(big_bytes, 'x') + "\r\n";
}

std::string big_reply() {
  return "$" + std::to_string(big_bytes) + "\r\n" + std::string(big_bytes, 'x') + "\r\n";
}

std::string gets(int count) {
  auto result = std::string{};
  for (auto i = 0; i < count; ++i)
    result += "GET b\r\n";
  return result;
}

TEST_CASE("resp_door: a breach of the protocol is answered, whatever follows it") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  client.send("PING\r\n*1\r\n!\r\n");
  static_cast<void>(client.peer().send(std::string(1 << 20, 'x')));
  CHECK(
    client.peer().receive_all()
    == "+PONG\r\n-ERR Protocol error: expected '$', got '!'\r\n");
}

TEST_CASE("resp_door: who does not end a command in time is told so, and closed") {
  auto settings = resp_door_settings{};
  settings.door.command_deadline = 200ms;
  auto t = resp_door_fixture{settings};
  const auto idle = t.connect();
  CHECK(idle.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
  const auto half = t.connect();
  half.send("PING\r\n*2\r\n$3\r\nGET\r\n$");
  CHECK(
    half.peer().receive_all()
    == "+PONG\r\n-ERR Protocol error: the command did not come to its end within "
       "door.command_deadline\r\n");
  CHECK(t.metrics_of("troupe_router_resp_unfinished_total") == 1);
  // Dripping does not help; silence between commands is no fault.
  const auto drip = t.connect();
  const auto begun = std::chrono::steady_clock::now();
  while (drip.peer().send("x") && std::chrono::steady_clock::now() - begun < 30s)
    std::this_thread::sleep_for(10ms);
  CHECK(t.metrics_of("troupe_router_resp_unfinished_total") == 2);
  CHECK(idle.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
}

TEST_CASE("resp_door: QUIT is answered after what was under way") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  client.send("SET a 1\r\nGET a\r\nQUIT\r\nPING\r\n");
  CHECK(client.peer().receive_all() == "+OK\r\n$1\r\n1\r\n+OK\r\n");
}

TEST_CASE("resp_door: a client that closes its half gets the replies to what it sent") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  client.send("SET a 1\r\nGET a\r\nGET b");
  client.peer().half_close();
  CHECK(client.peer().receive_all() == "+OK\r\n$1\r\n1\r\n");
}

TEST_CASE("resp_door: clients beyond the limit are told so, until others leave") {
  auto settings = resp_door_settings{};
  settings.door.clients_max = 2;
  auto t = resp_door_fixture{settings};
  auto first = t.connect();
  auto second = std::make_unique<resp_client>(t.connect());
  CHECK(first.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
  CHECK(second->ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
  CHECK(t.connect().peer().receive_all() == "-ERR max number of clients reached\r\n");
  CHECK(t.metrics_of("troupe_router_resp_refused_total") == 1);
  second.reset();
  CHECK(
    t.comes_true([&] { return t.metrics_of("troupe_router_resp_connections") == 1; }));
  CHECK(t.connect().ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
}

TEST_CASE("resp_door: a client that reads late gets everything, in order") {
  auto settings = resp_door_settings{};
  settings.session.output_max = kib(256);
  auto t = resp_door_fixture{settings};
  auto client = t.connect();
  CHECK(client.ask(set_big(), "+OK\r\n") == "+OK\r\n");
  client.send(gets(400));
  // The system's buffers hold some MiB; the door stops asking the shard after that.
  auto before = std::size_t{0};
  CHECK(t.comes_true([&] {
    std::this_thread::sleep_for(20ms);
    const auto now = t.here->batches().size();
    return now > 1 && std::exchange(before, now) == now;
  }));
  auto same = true;
  for (auto i = 0; i < 400; ++i)
    same = same && client.receive(big_reply().size()) == big_reply();
  CHECK(same);
}

TEST_CASE("resp_door: a client that asks for more than it reads is closed") {
  auto settings = resp_door_settings{};
  settings.door.unread_max = mib(4);
  auto t = resp_door_fixture{settings};
  auto greedy = t.connect();
  CHECK(greedy.ask(set_big(), "+OK\r\n") == "+OK\r\n");
  greedy.send(gets(1'000));
  CHECK(t.comes_true([&] {
    return t.metrics_of("troupe_router_resp_overflows_total") == 1
           && t.metrics_of("troupe_router_resp_connections") == 0;
  }));
  CHECK(t.connect().ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
}

TEST_CASE("resp_door: a reset connection costs nobody else anything") {
  auto t = resp_door_fixture{};
  auto steady = t.connect();
  for (auto i = 0; i < 20; ++i) {
    auto peer = troupe::test::tcp_peer::connected_to(t.door->where().port);
    CHECK(peer.send("SET a 1\r\nGET b\r\n*3\r\n$3\r\nSE"));
    peer.reset();
  }
  CHECK(steady.ask("SET a 2\r\nGET a\r\n", "+OK\r\n$1\r\n2\r\n") == "+OK\r\n$1\r\n2\r\n");
  CHECK(
    t.comes_true([&] { return t.metrics_of("troupe_router_resp_connections") == 1; }));
}

TEST_CASE("resp_door: several threads share the clients") {
  auto settings = resp_door_settings{};
  settings.door.thread_count = 3;
  auto t = resp_door_fixture{settings};
  auto clients = std::vector<resp_client>{};
  for (auto i = 0; i < 9; ++i)
    clients.push_back(t.connect());
  for (auto i = 0; i < 50; ++i)
    for (auto& client : clients)
      client.send("INCR a\r\nINCR b\r\n");
  for (auto& client : clients) {
    client.send("QUIT\r\n");
    CHECK(client.peer().receive_all().ends_with("+OK\r\n"));
  }
  CHECK(t.connect().ask("GET a\r\n", "$3\r\n450\r\n") == "$3\r\n450\r\n");
  CHECK(t.connect().ask("GET b\r\n", "$3\r\n450\r\n") == "$3\r\n450\r\n");
}

TEST_CASE("resp_door: its end closes connections, also those with calls under way") {
  auto t = resp_door_fixture{};
  t.here->fall_silent();
  auto client = t.connect();
  client.send("PING\r\nSET b 1\r\n");
  CHECK(client.receive(7) == "+PONG\r\n");
  CHECK(t.comes_true([&] { return !t.here->batches().empty(); }));
  t.door.reset();
  CHECK(client.peer().receive_all().empty());
}

TEST_CASE("resp_door: a port in use is refused, naming it and the remedy") {
  auto t = resp_door_fixture{};
  const auto again = resp_door::open(
    t.door->where(), {},
    {.clock = &t.clock,
     .board = &t.board,
     .sessions = &t.sessions,
     .metrics = &t.metrics,
     .forward_to = [](const forward&) {},
     .log = {},
     .version = "0.0.0",
     .seed = 2});
  REQUIRE(!again);
  CHECK(again.error() == ec::in_use);
  CHECK(sentence_of(again.error()).find("resp.listen") != std::string::npos);
}

TEST_CASE("resp_door: it counts what it does") {
  auto t = resp_door_fixture{};
  auto client = t.connect();
  const auto expected = std::string_view{"+OK\r\n$1\r\n1\r\n+PONG\r\n"};
  CHECK(client.ask("SET b 1\r\nGET b\r\nPING\r\n", expected) == expected);
  CHECK(t.comes_true(
    [&] { return t.metrics_of("troupe_router_resp_sent_bytes_total") == 19; }));
  CHECK(t.metrics_of("troupe_router_resp_received_bytes_total") == 22);
  CHECK(t.metrics_of("troupe_router_resp_commands_total") == 3);
  CHECK(t.metrics_of("troupe_router_resp_accepted_total") == 1);
}

} // namespace
} // namespace troupe::router::test
