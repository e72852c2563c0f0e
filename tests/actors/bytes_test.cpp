#include "actors/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

namespace troupe {
namespace {

byte_buffer filled(std::size_t size, int first, int step) {
  auto result = byte_buffer(size);
  auto next = first;
  for (auto& byte : result) {
    byte = static_cast<std::byte>(next);
    next += step;
  }
  return result;
}

// RFC 3720, appendix B.4, prints the checksums as bytes in the order they are sent; here
// they are numbers.
TEST_CASE("crc32c: gives the checksums of RFC 3720, B.4") {
  CHECK(crc32c(filled(32, 0x00, 0)) == 0x8a9136aa);
  CHECK(crc32c(filled(32, 0xff, 0)) == 0x62a8ab43);
  CHECK(crc32c(filled(32, 0, 1)) == 0x46dd794e);
  CHECK(crc32c(filled(32, 31, -1)) == 0x113fdb5c);
}

TEST_CASE("crc32c: gives the checksum of the iSCSI read command of RFC 3720, B.4") {
  auto command = byte_buffer(48);
  command[0] = std::byte{0x01};
  command[1] = std::byte{0xc0};
  command[16] = std::byte{0x14};
  command[22] = std::byte{0x04};
  command[27] = std::byte{0x14};
  command[31] = std::byte{0x18};
  command[32] = std::byte{0x28};
  command[40] = std::byte{0x02};
  CHECK(crc32c(command) == 0xd9963a56);
}

TEST_CASE(
  "crc32c: of nothing is zero, and of the check string what the field agrees on") {
  CHECK(crc32c({}) == 0);
  CHECK(crc32c(as_bytes("123456789")) == 0xe3069283);
}

TEST_CASE("crc32c: continued over two halves equals the whole, at every cut") {
  auto whole = filled(67, 3, 7);
  auto view = byte_view{whole};
  for (std::size_t cut = 0; cut <= view.size(); ++cut) {
    CAPTURE(cut);
    auto head = crc32c(view.first(cut));
    CHECK(crc32c(view.subspan(cut), head) == crc32c(view));
  }
}

TEST_CASE("crc32c: changes with every single flipped bit") {
  auto bytes = filled(16, 0, 13);
  auto before = crc32c(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto mask = static_cast<std::byte>(1U << bit % 8);
    bytes[bit / 8] ^= mask;
    CHECK(crc32c(bytes) != before);
    bytes[bit / 8] ^= mask;
  }
}

TEST_CASE("store_u32: writes four bytes, least significant first, and no more") {
  auto out = filled(6, 0xee, 0);
  store_u32(out.data() + 1, 0x0a0b0c0d);
  CHECK(as_text(out) == "\xee\x0d\x0c\x0b\x0a\xee");
}

TEST_CASE("store_u64: writes eight bytes, least significant first, and no more") {
  auto out = filled(10, 0xee, 0);
  store_u64(out.data() + 1, 0x0102030405060708);
  CHECK(as_text(out) == "\xee\x08\x07\x06\x05\x04\x03\x02\x01\xee");
}

TEST_CASE("load: gives back what store wrote") {
  auto buffer = std::array<std::byte, 8>{};
  for (auto x : {0U, 1U, 0x80U, 0xff00U, 0x80000000U, 0xffffffffU}) {
    store_u32(buffer.data(), x);
    CHECK(load_u32(buffer.data()) == x);
  }
  constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
  for (auto x :
       {std::uint64_t{0}, std::uint64_t{1} << 32, std::uint64_t{1} << 63, highest}) {
    store_u64(buffer.data(), x);
    CHECK(load_u64(buffer.data()) == x);
  }
}

TEST_CASE("byte_buffer: text and bytes convert both ways, zero bytes included") {
  using namespace std::string_view_literals;
  auto buffer = byte_buffer{};
  append(buffer, as_bytes("ab\0"sv));
  append(buffer, as_bytes(""));
  append(buffer, as_bytes("c"));
  CHECK(as_text(buffer) == "ab\0c"sv);
}

} // namespace
} // namespace troupe
