#include "actors/system_config.hpp"
#include "cluster/asio_name_lookup.hpp"
#include "cluster/asio_transport.hpp"
#include "tests/support/tcp_peer.hpp"
#include "tests/support/transport_contract.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>
#include <sys/resource.h>

namespace troupe::test {

using namespace std::chrono_literals;

/// Waits for `condition` in real time, long enough for a busy machine.
template <class Condition>
bool await_real(event_log& log, Condition condition) {
  auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    log.wait();
  }
  return true;
}

template <std::size_t IoThreads>
struct asio_world {
  caf::actor_system& engine() { return system; }
  actors::transport& here() { return transport; }
  actors::transport& there() { return transport; }
  static actors::address place() { return {"127.0.0.1", 0}; }
  static actors::address unknown_host() { return {"no such host", 7400}; }
  std::optional<actors::address> dead() {
    return actors::address{"127.0.0.1", hole.port()};
  }

  template <class Condition>
  bool await(event_log& log, Condition condition) {
    return await_real(log, condition);
  }

  actors::system_config config{actors::scheduling::threads};
  caf::actor_system system{config};
  black_hole hole;
  cluster::asio_transport transport{{.io_threads = IoThreads}};
};

using one_thread = asio_world<1>;
using three_threads = asio_world<3>;

} // namespace troupe::test

TYPE_TO_STRING_AS("asio, one thread", troupe::test::one_thread);
TYPE_TO_STRING_AS("asio, three threads", troupe::test::three_threads);

namespace troupe::test {
namespace {

TROUPE_TEST_TRANSPORT(one_thread);
TROUPE_TEST_TRANSPORT(three_threads);

TEST_CASE("asio_transport: dials a host name, and IPv6 in brackets") {
  auto t = contract<one_thread>{};
  t.dial({"localhost", t.listener->where().port});
  REQUIRE(t.await([&] { return t.log->connected().size() == 1; }));
  auto v6 = t.world.transport.listen({"::1", 0}, t.recorder);
  if (!v6)
    return; // A machine without IPv6.
  t.dial((*v6)->where());
  REQUIRE(t.await([&] { return t.log->connected().size() == 2; }));
  CHECK(t.log->connected().back().connection->peer() == to_string((*v6)->where()));
}

TEST_CASE("asio_transport: listens at a host name") {
  auto t = contract<one_thread>{};
  auto listener = t.listen({"localhost", 0});
  CHECK(listener->where().host == "localhost");
  t.dial(listener->where());
  CHECK(t.await([&] { return t.log->connected().size() == 1; }));
}

TEST_CASE("asio_transport: an address that is not ours is refused with a remedy") {
  auto t = contract<one_thread>{};
  auto result = t.world.transport.listen({"192.0.2.1", 7401}, t.recorder);
  REQUIRE(!result);
  CHECK(
    render(result.error())
    == "system: cannot listen on 192.0.2.1:7401: cannot assign requested address; choose "
       "an address of this machine");
}

TEST_CASE("asio_transport: a peer that resets breaks the connection, behind its bytes") {
  auto t = contract<one_thread>{};
  auto peer = tcp_peer::connected_to(t.listener->where().port);
  REQUIRE(t.await([&] { return t.log->accepted().size() == 1; }));
  auto end = t.log->accepted().back().connection;
  end->read(t.recorder);
  peer.reset();
  REQUIRE(t.await([&] { return t.log->end_count(end->id()) == 1; }));
  CHECK(
    render(t.log->ends().back().why)
    == "link_lost: the connection to " + end->peer()
         + " broke: connection reset by peer");
}

TEST_CASE("asio_transport: a closed connection whose peer reads nothing ends by itself") {
  auto world = one_thread{};
  auto transport = cluster::asio_transport{{.linger = 50ms}};
  auto log = std::make_shared<event_log>();
  auto recorder = world.system.spawn(make_recorder, log);
  auto listener = transport.listen({"127.0.0.1", 0}, recorder);
  REQUIRE(listener);
  auto peer = tcp_peer::connected_to((*listener)->where().port);
  REQUIRE(await_real(*log, [&] { return log->accepted().size() == 1; }));
  auto end = log->accepted().back().connection;
  log->forget_connections();
  end->write(byte_buffer(32U << 20));
  end->close();
  // What the peer sends meets no socket any more.
  CHECK(await_real(*log, [&] { return !peer.send("x"); }));
  caf::anon_send_exit(recorder, caf::exit_reason::kill);
}

TEST_CASE("asio_transport: a listener out of descriptors pauses, and goes on later") {
  auto world = one_thread{};
  auto told = std::atomic<int>{0};
  auto backoff = 40ms;
  auto transport = cluster::asio_transport{
    {.accept_backoff = backoff}, [&](const error& why) {
      CHECK(sentence_of(why).find("too many open files") != std::string::npos);
      ++told;
    }};
  auto log = std::make_shared<event_log>();
  auto recorder = world.system.spawn(make_recorder, log);
  auto listener = transport.listen({"127.0.0.1", 0}, recorder);
  REQUIRE(listener);
  auto peer = tcp_peer{};
  auto before = rlimit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto none = rlimit{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  auto start = std::chrono::steady_clock::now();
  auto connected = peer.connect((*listener)->where().port);
  auto failed = await_real(*log, [&] { return transport.accept_failure_count() >= 3; });
  auto elapsed = std::chrono::steady_clock::now() - start;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(connected);
  CHECK(failed);
  CHECK(elapsed >= 2 * backoff);
  CHECK(told >= 3);
  CHECK(await_real(*log, [&] { return log->accepted().size() == 1; }));
  log->forget_connections();
  caf::anon_send_exit(recorder, caf::exit_reason::kill);
}

TEST_CASE("asio_transport: handles that outlive it do nothing more") {
  auto world = one_thread{};
  auto transport = std::make_unique<cluster::asio_transport>();
  auto log = std::make_shared<event_log>();
  auto recorder = world.system.spawn(make_recorder, log);
  auto listener = transport->listen({"127.0.0.1", 0}, recorder);
  REQUIRE(listener);
  auto peer = tcp_peer::connected_to((*listener)->where().port);
  REQUIRE(await_real(*log, [&] { return log->accepted().size() == 1; }));
  auto end = log->accepted().back().connection;
  log->forget_connections();
  end->read(recorder);
  end->write(bytes_of("last word"));
  transport.reset();
  CHECK(peer.receive_all() == "last word");
  end->write(bytes_of("nobody hears this"));
  end->read(recorder);
  CHECK(end->unsent_bytes() == 0);
  end->close();
  CHECK(log->ends().empty());
  caf::anon_send_exit(recorder, caf::exit_reason::kill);
}

TEST_CASE("asio_transport: an idle connection does not keep its last reader alive") {
  auto t = contract<one_thread>{};
  auto [near, far] = t.connect();
  auto log = std::make_shared<event_log>();
  auto watch = std::weak_ptr<event_log>{log};
  auto reader = t.world.system.spawn(make_recorder, log);
  far->read(reader);
  near->write(bytes_of("x"));
  REQUIRE(t.await([&] { return !log->received().empty(); }));
  log = nullptr;
  reader = nullptr;
  CHECK(t.await([&] { return watch.expired(); }));
}

TEST_CASE("name_lookup: a name that hangs delays no other, and is asked for once") {
  auto asked = std::atomic<int>{0};
  auto release = std::promise<void>{};
  auto released = release.get_future().share();
  auto lookup = std::make_shared<cluster::name_lookup>([&](const std::string& host) {
    ++asked;
    if (host == "slow")
      released.wait();
    return cluster::lookup_result{{}, host};
  });
  auto slow = std::promise<std::string>{};
  auto slow_too = std::promise<std::string>{};
  auto quick = std::promise<std::string>{};
  lookup->find("slow", [&](const auto& result) { slow.set_value(result.failure); });
  lookup->find("slow", [&](const auto& result) { slow_too.set_value(result.failure); });
  lookup->find("quick", [&](const auto& result) { quick.set_value(result.failure); });
  CHECK(quick.get_future().get() == "quick");
  release.set_value();
  CHECK(slow.get_future().get() == "slow");
  CHECK(slow_too.get_future().get() == "slow");
  CHECK(asked == 2);
}

TEST_CASE("asio_transport_config: names the key, the value and the range") {
  CHECK(!cluster::asio_transport_config{}.validate());
  auto bad = cluster::asio_transport_config{.io_threads = 0};
  auto sentence = sentence_of(bad.validate());
  CHECK(sentence.find("transport.io_threads") != std::string::npos);
}

} // namespace
} // namespace troupe::test
