#include "actors/sim/network.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::sim {
namespace {

using namespace std::chrono_literals;

/// A network of two hosts, and one connection from a to b.
struct sim_network_fixture {
  explicit sim_network_fixture(network_config config = {}) : net{config, 1} {
    net.start_host("a");
    net.start_host("b");
    listener = net.listen("b", {"b", 1})->first;
    std::tie(near, std::ignore) = net.dial("a", {"b", 1}, 1s, now);
    far = end_id{near.value() + 1};
    run(100ms);
    events.clear();
  }

  /// Advances step by step, as the engine's clock does.
  void run(duration time) {
    auto end = now + time;
    for (auto due = net.next_due(); due && *due <= end; due = net.next_due()) {
      now = std::max(now, *due);
      keep(net.advance(now));
    }
    now = end;
  }

  void keep(network::output output) {
    for (auto& x : output)
      events.push_back(std::move(x));
  }

  std::size_t received_bytes() const {
    auto result = std::size_t{0};
    for (const auto& x : events)
      if (const auto* bytes = std::get_if<network::received>(&x))
        result += bytes->bytes.size();
    return result;
  }

  network net;
  time_point now;
  listener_id listener;
  end_id near, far;
  network::output events;
};

TEST_CASE("network: a segment takes between the least and the greatest latency") {
  auto t = sim_network_fixture{{.latency_min = 10ms, .latency_max = 20ms}};
  for (auto i = 0; i < 50; ++i) {
    t.events.clear();
    t.keep(t.net.read(t.far, t.now));
    t.keep(t.net.write(t.near, byte_buffer(1), t.now));
    t.run(9'999us);
    CHECK(t.received_bytes() == 0);
    t.run(10'001us);
    CHECK(t.received_bytes() == 1);
    t.run(20ms);
  }
}

TEST_CASE("network: bandwidth is shared by all connections of a directed pair") {
  auto t = sim_network_fixture{
    {.latency_min = 1ms, .latency_max = 1ms, .bytes_per_second = 1'000'000}};
  auto [second, output] = t.net.dial("a", {"b", 1}, 1s, t.now);
  t.run(100ms);
  t.events.clear();
  auto second_far = end_id{second.value() + 1};
  t.keep(t.net.read(t.far, t.now));
  t.keep(t.net.read(second_far, t.now));
  t.keep(t.net.write(t.near, byte_buffer(50'000), t.now));
  t.keep(t.net.write(second, byte_buffer(50'000), t.now));
  t.run(51ms);
  CHECK(t.received_bytes() == 50'000);
  t.run(50ms);
  CHECK(t.received_bytes() == 100'000);
}

TEST_CASE("network: a sender is a window ahead of its reader, not a byte more") {
  auto t = sim_network_fixture{{.window_bytes = 1'000, .segment_bytes_max = 300}};
  t.keep(t.net.write(t.near, byte_buffer(2'500), t.now));
  t.run(1s);
  CHECK(t.net.unsent_bytes(t.near) == 1'500);
  t.keep(t.net.read(t.far, t.now));
  t.run(1s);
  CHECK(t.received_bytes() == 1'000);
  CHECK(t.net.unsent_bytes(t.near) == 500);
}

TEST_CASE("network: a window update that is cut off stops the sender") {
  auto t = sim_network_fixture{{.window_bytes = 1'000}};
  t.keep(t.net.strike(cut{"b", "a"}, t.now));
  t.keep(t.net.write(t.near, byte_buffer(1'500), t.now));
  t.keep(t.net.read(t.far, t.now));
  t.run(5s);
  CHECK(t.received_bytes() == 1'000);
  CHECK(t.net.unsent_bytes(t.near) == 500);
  t.keep(t.net.read(t.far, t.now));
  t.keep(t.net.strike(heal{"b", "a"}, t.now));
  t.run(5s);
  CHECK(t.received_bytes() == 1'500);
}

TEST_CASE("network: a closed end gives up after its linger time, with a reset") {
  auto t = sim_network_fixture{{.window_bytes = 1'000, .linger = 1s}};
  t.keep(t.net.write(t.near, byte_buffer(1'500), t.now));
  t.keep(t.net.close(t.near, t.now));
  t.run(900ms);
  CHECK(t.net.unsent_bytes(t.near) == 500);
  t.run(200ms);
  CHECK(t.net.unsent_bytes(t.near) == 0);
  t.keep(t.net.read(t.far, t.now));
  t.run(100ms);
  CHECK(t.received_bytes() == 1'000);
  t.keep(t.net.read(t.far, t.now));
  REQUIRE(std::holds_alternative<network::disconnected>(t.events.back()));
  auto why = std::get<network::disconnected>(t.events.back()).why;
  CHECK(sentence_of(why).find("reset by peer") != std::string::npos);
}

TEST_CASE("network: nothing is left of a connection that both ends closed") {
  auto t = sim_network_fixture{};
  t.keep(t.net.close(t.near, t.now));
  t.keep(t.net.close(t.far, t.now));
  CHECK(!t.net.is_alive(t.near));
  CHECK(!t.net.is_alive(t.far));
  t.run(10s);
  CHECK(t.events.empty());
  CHECK(!t.net.next_due());
}

TEST_CASE("network: a host listens at its own name only") {
  auto t = sim_network_fixture{};
  auto result = t.net.listen("a", {"b", 9});
  REQUIRE(!result);
  CHECK(code_of(result.error()) == ec::system);
}

TEST_CASE("network: a listener that goes while a dial is under way resets it") {
  auto t = sim_network_fixture{};
  auto [end, output] = t.net.dial("a", {"b", 1}, 1s, t.now);
  t.keep(t.net.read(t.near, t.now));
  // Half way: b has answered, a's last word has not come back.
  t.run(t.net.next_due().value() - t.now);
  t.net.stop_listening(t.listener);
  t.run(100ms);
  auto told = false;
  for (const auto& x : t.events)
    told |= std::holds_alternative<network::accepted>(x);
  CHECK(!told);
}

} // namespace
} // namespace troupe::sim
