#include "apps/inject/fault_book.hpp"
#include "apps/inject/held_bytes.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

using namespace std::chrono_literals;

constexpr auto start = time_point{};

node_name name(const char* text) { return node_name{text}; }

injected_fault partition(std::vector<node_name> peers, duration length = 0s) {
  auto result = injected_fault{};
  result.kind = injected_kind::partition;
  result.peers = std::move(peers);
  result.length = length;
  return result;
}

injected_fault delay(duration by, duration jitter) {
  auto result = injected_fault{};
  result.kind = injected_kind::delay;
  result.delay = by;
  result.jitter = jitter;
  return result;
}

byte_buffer bytes(const char* text) {
  const auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

TEST_CASE("fault_book: a partition cuts both directions with its peers alone") {
  auto book = fault_book{10min};
  REQUIRE(book.add(partition({name("n2")}), start));
  const auto cut = link_weather{.cut_out = true, .cut_in = true};
  CHECK(book.over(name("n2")) == cut);
  CHECK(book.over(name("n3")).calm());
}

TEST_CASE("fault_book: a fault without peers is of all links") {
  auto book = fault_book{10min};
  auto fault = injected_fault{};
  fault.kind = injected_kind::one_way;
  REQUIRE(book.add(fault, start));
  CHECK(book.over(name("n9")) == link_weather{.cut_out = true});
}

TEST_CASE("fault_book: of several the largest counts") {
  auto book = fault_book{10min};
  REQUIRE(book.add(delay(50ms, 1ms), start));
  REQUIRE(book.add(delay(20ms, 9ms), start));
  CHECK(book.over(name("n2")) == link_weather{.delay = 50ms, .jitter = 9ms});
}

TEST_CASE("fault_book: a fault ends when its time is over, and no later") {
  auto book = fault_book{10min};
  REQUIRE(book.add(partition({}, 5s), start));
  CHECK(book.next_end() == start + 5s);
  CHECK(book.tick(start + 5s - 1ns).empty());
  CHECK_FALSE(book.over(name("n2")).calm());
  CHECK(book.tick(start + 5s).size() == 1);
  CHECK(book.over(name("n2")).calm());
  CHECK(book.empty());
}

TEST_CASE("fault_book: a fault that nobody ends lasts as long as is allowed") {
  auto book = fault_book{10min};
  REQUIRE(book.add(partition({}), start));
  CHECK(book.standing(start + 1min).front().remaining == 9min);
  CHECK(book.tick(start + 10min).size() == 1);
}

TEST_CASE("fault_book: healing ends all, and numbers are not used again") {
  auto book = fault_book{10min};
  CHECK(book.add(partition({}), start) == injection_id{1});
  CHECK(book.heal(start).size() == 1);
  CHECK(book.empty());
  CHECK(book.add(partition({}), start) == injection_id{2});
}

TEST_CASE("fault_book: a stall is each sync's, or lasts until the fault ends") {
  auto book = fault_book{10min};
  CHECK(book.disk() == disk_weather{});
  auto fault = injected_fault{};
  fault.kind = injected_kind::disk_stall;
  fault.stall = 2s;
  REQUIRE(book.add(fault, start));
  CHECK(book.disk() == disk_weather{false, 2s});
  fault.stall = 0s;
  REQUIRE(book.add(fault, start));
  CHECK(book.disk() == disk_weather{true, 2s});
  CHECK(book.over(name("n2")).calm());
}

TEST_CASE("injected_fault: what is out of range is refused with the range") {
  struct row {
    injected_fault fault;
    std::string sentence;
  };
  auto drop = injected_fault{};
  drop.kind = injected_kind::drop;
  drop.ratio = 1.5;
  auto pause = injected_fault{};
  pause.kind = injected_kind::pause;
  const auto rows = std::vector<row>{
    {drop, "drop is given 1.5; it takes a probability above 0 and at most 1, as 0.01"},
    {pause, "a pause needs a length: nothing can end it early; add --for 5s"},
    {delay(0s, 0s), "delay needs how long, as 50ms"},
    {delay(2min, 0s), "delay is 2 min; allowed is 0 ns to 1 min"},
    {partition({}, 11min),
     "--for is 11 min; allowed is 1 ms to 10 min (node.inject_max of the node bounds "
     "every fault)"}};
  for (const auto& x : rows) {
    auto book = fault_book{10min};
    const auto refusal = book.add(x.fault, start);
    REQUIRE_FALSE(refusal);
    CHECK(refusal.error() == ec::invalid_argument);
    CHECK(sentence_of(refusal.error()) == x.sentence);
    CHECK(book.empty());
  }
}

TEST_CASE("injected_fault: kinds are read as they are written") {
  for (const auto kind : injected_kinds) {
    auto result = injected_kind::drop;
    CHECK(parse(to_string(kind), result));
    CHECK(result == kind);
  }
  auto untouched = injected_kind::pause;
  CHECK_FALSE(parse("flood", untouched));
  CHECK(untouched == injected_kind::pause);
}

TEST_CASE("held_bytes: later bytes do not overtake, whatever their delay") {
  auto held = held_bytes{};
  held.push(bytes("slow"), start + 2s);
  held.push(bytes("fast"), start + 1s);
  CHECK(held.size() == 8);
  CHECK_FALSE(held.pop(start + 1s));
  CHECK(held.due() == start + 2s);
  CHECK(held.pop(start + 2s) == bytes("slow"));
  CHECK(held.pop(start + 2s) == bytes("fast"));
  CHECK(held.empty());
}

} // namespace
} // namespace troupe::apps
