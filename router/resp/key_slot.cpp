#include "router/resp/key_slot.hpp"

#include <array>
#include <cstddef>

namespace troupe::router {

namespace {

constexpr std::array<std::uint16_t, 256> make_table() {
  auto result = std::array<std::uint16_t, 256>{};
  for (std::uint32_t i = 0; i < result.size(); ++i) {
    auto crc = i << 8;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 0x8000U) != 0 ? crc << 1 ^ 0x1021U : crc << 1;
    result[i] = static_cast<std::uint16_t>(crc);
  }
  return result;
}

constexpr auto crc16_table = make_table();

std::string_view hashed_part(std::string_view key) {
  auto open = key.find('{');
  if (open == std::string_view::npos)
    return key;
  auto close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1)
    return key;
  return key.substr(open + 1, close - open - 1);
}

} // namespace

std::uint16_t crc16(std::string_view bytes) {
  auto crc = std::uint32_t{0};
  for (auto c : bytes)
    crc = (crc << 8 & 0xffffU)
          ^ crc16_table[(crc >> 8 ^ static_cast<unsigned char>(c)) & 0xffU];
  return static_cast<std::uint16_t>(crc);
}

slot key_slot(std::string_view key) {
  return slot{static_cast<std::uint16_t>(crc16(hashed_part(key)) % storage::slot_count)};
}

} // namespace troupe::router
