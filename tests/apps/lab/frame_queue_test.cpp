#include "apps/lab/chaos/frame_queue.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

constexpr auto broadcast = mac_address{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

std::string frame_to(const mac_address& to, const std::string& text = "x") {
  auto result = std::string{};
  for (const auto x : to)
    result += static_cast<char>(x);
  return result + std::string(8, '\0') + text;
}

std::vector<std::size_t> ports_of(const std::vector<frame_queue::delivery>& all) {
  auto result = std::vector<std::size_t>{};
  for (const auto& x : all)
    result.push_back(x.port);
  return result;
}

using ports = std::vector<std::size_t>;

} // namespace

TEST_CASE("frame_queue: a frame reaches its address, and a group all others") {
  auto queue = frame_queue{3, 1};
  queue.arrived(0, frame_to(mac_of_port(2)), 0s);
  CHECK(ports_of(queue.take_due(0s)) == ports{2});
  queue.arrived(1, frame_to(broadcast), 0s);
  CHECK(ports_of(queue.take_due(0s)) == ports{0, 2});
  queue.arrived(0, frame_to(mac_of_port(7)), 0s);
  queue.arrived(0, "short", 0s);
  CHECK(queue.take_due(1h).empty());
}

TEST_CASE("frame_queue: a cut is of one direction, until it is healed") {
  auto queue = frame_queue{2, 1};
  queue.set_rule(0, 1, {.cut = true});
  queue.arrived(0, frame_to(mac_of_port(1)), 0s);
  CHECK(queue.take_due(1h).empty());
  queue.arrived(1, frame_to(mac_of_port(0)), 0s);
  CHECK(ports_of(queue.take_due(0s)) == ports{0});
  queue.set_rule(0, 1, {});
  queue.arrived(0, frame_to(mac_of_port(1)), 0s);
  CHECK(ports_of(queue.take_due(0s)) == ports{1});
}

TEST_CASE("frame_queue: a delayed frame is due after its delay") {
  auto queue = frame_queue{2, 1};
  queue.set_rule(0, 1, {.delay = 50ms});
  queue.arrived(0, frame_to(mac_of_port(1)), 1s);
  CHECK(queue.next_due() == 1050ms);
  CHECK(queue.take_due(1049ms).empty());
  CHECK(queue.take_due(1050ms).size() == 1);
  CHECK_FALSE(queue.next_due());
}

TEST_CASE("frame_queue: jitter lets frames overtake each other") {
  auto queue = frame_queue{2, 1};
  queue.set_rule(0, 1, {.jitter = 10ms});
  for (char text = 'a'; text <= 'z'; ++text)
    queue.arrived(0, frame_to(mac_of_port(1), {text}), 0s);
  auto order = std::string{};
  for (const auto& x : queue.take_due(10ms))
    order += x.frame.back();
  CHECK(order.size() == 26);
  CHECK(order != "abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("frame_queue: losses and doubles come in their shares") {
  auto queue = frame_queue{2, 1};
  queue.set_rule(0, 1, {.loss = 0.3});
  for (int i = 0; i < 1'000; ++i)
    queue.arrived(0, frame_to(mac_of_port(1)), 0s);
  const auto left = queue.take_due(0s).size();
  CHECK(left > 600);
  CHECK(left < 800);
  queue.set_rule(0, 1, {.duplicate = 0.3});
  for (int i = 0; i < 1'000; ++i)
    queue.arrived(0, frame_to(mac_of_port(1)), 0s);
  const auto doubled = queue.take_due(0s).size();
  CHECK(doubled > 1'200);
  CHECK(doubled < 1'400);
}

TEST_CASE("frame_queue: what waits is bounded") {
  auto queue = frame_queue{2, 1};
  queue.set_rule(0, 1, {.delay = 1h});
  for (std::size_t i = 0; i < frame_queue::waiting_max + 10; ++i)
    queue.arrived(0, frame_to(mac_of_port(1)), 0s);
  CHECK(queue.take_due(1h).size() == frame_queue::waiting_max);
}
