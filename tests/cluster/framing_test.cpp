#include "actors/base/random.hpp"
#include "cluster/framing.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

constexpr std::size_t body_limit = 1'000;

byte_buffer framed(std::string_view body) {
  auto result = byte_buffer{};
  append_frame(result, body);
  return result;
}

byte_buffer header(std::uint32_t length, std::uint32_t crc) {
  auto result = byte_buffer(frame_header_bytes);
  store_u32(result.data(), length);
  store_u32(result.data() + 4, crc);
  return result;
}

/// All frames that are whole; the test fails on an error.
std::vector<std::string> bodies(frame_reader& reader) {
  auto result = std::vector<std::string>{};
  for (auto next = reader.next();; next = reader.next()) {
    REQUIRE(next);
    if (!*next)
      return result;
    result.emplace_back(**next);
  }
}

ec failure_of(frame_reader& reader) {
  auto next = reader.next();
  REQUIRE_FALSE(next);
  return code_of(next.error());
}

TEST_CASE("framing: a frame is length, crc32c, body, little-endian") {
  auto bytes = framed("123456789");
  REQUIRE(bytes.size() == frame_header_bytes + 9);
  CHECK(bytes[0] == std::byte{9});
  CHECK(bytes[3] == std::byte{0});
  // RFC 3720's check value of crc32c.
  CHECK(load_u32(bytes.data() + 4) == 0xe3069283);
  CHECK(as_text(byte_view{bytes}.subspan(frame_header_bytes)) == "123456789");
}

TEST_CASE("framing: frames are cut out again wherever the stream is split") {
  auto bytes = framed("first");
  append_frame(bytes, "");
  append_frame(bytes, "the third");
  for (auto split = std::size_t{0}; split <= bytes.size(); ++split) {
    CAPTURE(split);
    auto reader = frame_reader{body_limit};
    reader.feed(byte_view{bytes}.first(split));
    auto found = bodies(reader);
    reader.feed(byte_view{bytes}.subspan(split));
    for (auto& body : bodies(reader))
      found.push_back(std::move(body));
    CHECK(found == std::vector<std::string>{"first", "", "the third"});
    CHECK(reader.empty());
  }
}

TEST_CASE("framing: frames are cut out when the bytes come one by one") {
  auto reader = frame_reader{body_limit};
  auto bytes = framed("slow");
  for (auto i = std::size_t{0}; i + 1 < bytes.size(); ++i) {
    reader.feed(byte_view{bytes}.subspan(i, 1));
    CHECK(bodies(reader).empty());
    CHECK_FALSE(reader.empty());
  }
  reader.feed(byte_view{bytes}.last(1));
  CHECK(bodies(reader) == std::vector<std::string>{"slow"});
  CHECK(reader.empty());
}

TEST_CASE("framing: a body of exactly the limit passes, one byte more does not") {
  auto reader = frame_reader{body_limit};
  reader.feed(framed(std::string(body_limit, 'x')));
  CHECK(bodies(reader).size() == 1);
  reader.feed(framed(std::string(body_limit + 1, 'x')));
  CHECK(failure_of(reader) == ec::too_large);
}

TEST_CASE("framing: a length above the limit is refused on the header alone") {
  auto reader = frame_reader{body_limit};
  reader.feed(header(0xffff'ffff, 0));
  CHECK(failure_of(reader) == ec::too_large);
  // Nor does more of it change that.
  CHECK(failure_of(reader) == ec::too_large);
}

TEST_CASE("framing: the limit can be raised for the frames to come") {
  auto reader = frame_reader{10};
  reader.feed(framed("hello"));
  CHECK(bodies(reader).size() == 1);
  reader.limit(body_limit);
  reader.feed(framed(std::string(body_limit, 'x')));
  CHECK(bodies(reader).size() == 1);
}

TEST_CASE("framing: each flipped bit of a crc or body is found") {
  auto whole = framed("some body");
  for (auto bit = std::size_t{32}; bit < 8 * whole.size(); ++bit) {
    CAPTURE(bit);
    auto bytes = whole;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    auto reader = frame_reader{body_limit};
    reader.feed(bytes);
    CHECK(failure_of(reader) == ec::malformed);
  }
}

TEST_CASE("framing: a flipped bit of a length gives no frame") {
  auto whole = framed("some body");
  for (auto bit = std::size_t{0}; bit < 32; ++bit) {
    CAPTURE(bit);
    auto bytes = whole;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    auto reader = frame_reader{body_limit};
    reader.feed(bytes);
    auto next = reader.next();
    CHECK((!next || !*next));
  }
}

TEST_CASE("framing: garbage gives no frame and never more memory than was fed") {
  auto random = random_source{7};
  for (auto run = 0; run < 2'000; ++run) {
    auto reader = frame_reader{body_limit};
    auto garbage = byte_buffer(random.below(64));
    for (auto& x : garbage)
      x = static_cast<std::byte>(random.below(256));
    reader.feed(garbage);
    auto next = reader.next();
    CHECK((!next || !*next));
  }
}

TEST_CASE("framing: a text of another protocol is refused with a hint") {
  auto reader = frame_reader{body_limit};
  reader.feed(as_bytes("GET / HTTP/1.1\r\n\r\n"));
  auto next = reader.next();
  REQUIRE_FALSE(next);
  CHECK(code_of(next.error()) == ec::too_large);
  CHECK(sentence_of(next.error()).find("troupe") != std::string::npos);
}

TEST_CASE("framing: a body stays valid until the next call") {
  auto reader = frame_reader{body_limit};
  auto bytes = framed("one");
  append_frame(bytes, "two");
  reader.feed(bytes);
  auto first = reader.next();
  REQUIRE(first);
  REQUIRE(*first);
  CHECK(**first == "one");
  auto second = reader.next();
  REQUIRE(second);
  REQUIRE(*second);
  CHECK(**second == "two");
}

} // namespace
} // namespace troupe::cluster
