#include "actors/byte_queue.hpp"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace troupe::actors {
namespace {

byte_buffer buffer(std::string_view text) {
  auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

std::string taken(byte_queue& queue, std::size_t count_max) {
  return std::string{as_text(queue.take(count_max))};
}

TEST_CASE("byte_queue: gives bytes back in order, across buffers") {
  auto queue = byte_queue{};
  queue.push(buffer("abc"));
  queue.push(buffer(""));
  queue.push(buffer("defg"));
  CHECK(queue.size() == 7);
  CHECK(taken(queue, 2) == "ab");
  CHECK(taken(queue, 3) == "cde");
  CHECK(taken(queue, 99) == "fg");
  CHECK(queue.empty());
  CHECK(taken(queue, 1).empty());
}

TEST_CASE("byte_queue: hands a whole buffer over without a copy") {
  auto queue = byte_queue{};
  auto bytes = buffer("one buffer");
  auto* place = bytes.data();
  queue.push(std::move(bytes));
  CHECK(queue.take(10).data() == place);
}

TEST_CASE("byte_queue: peek shows the next buffers from where they stand") {
  auto queue = byte_queue{};
  for (auto text : {"abc", "de", "f"})
    queue.push(buffer(text));
  queue.drop(1);
  auto views = std::array<byte_view, 2>{};
  REQUIRE(queue.peek(views) == 2);
  CHECK(as_text(views[0]) == "bc");
  CHECK(as_text(views[1]) == "de");
  queue.drop(4);
  REQUIRE(queue.peek(views) == 1);
  CHECK(as_text(views[0]) == "f");
}

TEST_CASE("byte_queue: splice moves all bytes of another behind its own") {
  auto first = byte_queue{};
  auto second = byte_queue{};
  second.push(buffer("xyz"));
  second.drop(1);
  first.splice(second);
  CHECK(second.empty());
  second.push(buffer("12"));
  second.drop(1);
  second.push(buffer("34"));
  first.splice(second);
  CHECK(second.empty());
  CHECK(first.size() == 5);
  CHECK(taken(first, 9) == "yz234");
}

TEST_CASE("byte_queue: clear empties it for good") {
  auto queue = byte_queue{};
  queue.push(buffer("abc"));
  queue.drop(2);
  queue.clear();
  queue.push(buffer("de"));
  CHECK(taken(queue, 9) == "de");
}

} // namespace
} // namespace troupe::actors
