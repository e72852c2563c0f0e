#include "actors/base/ids.hpp"

namespace troupe {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::string to_string(const uuid& x) {
  constexpr auto digits = "0123456789abcdef";
  auto result = std::string{};
  result.reserve(32);
  for (auto byte : x.value()) {
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

bool parse(std::string_view text, uuid& result) {
  if (text.size() != 32)
    return false;
  auto bytes = uuid::bytes{};
  for (std::size_t i = 0; i < 16; ++i) {
    auto high = hex_digit(text[2 * i]);
    auto low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  result = uuid{bytes};
  return true;
}

std::ostream& operator<<(std::ostream& out, const uuid& x) { return out << to_string(x); }

} // namespace troupe

std::size_t std::hash<troupe::uuid>::operator()(const troupe::uuid& x) const noexcept {
  auto result = std::size_t{0};
  for (auto byte : x.value())
    result = result * 131 + byte;
  return result;
}
