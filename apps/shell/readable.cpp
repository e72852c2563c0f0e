#include "apps/shell/readable.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <tuple>

namespace troupe::apps::shell {

namespace {

struct unit {
  double size; ///< In the unit before it all began: seconds, bytes.
  std::string_view name;
};

constexpr auto second_units
  = std::array{unit{1e-9, "ns"}, unit{1e-6, "us"}, unit{1e-3, "ms"}, unit{1, "s"}};

constexpr auto byte_units = std::array{
  unit{1, "B"}, unit{0x1p10, "KiB"}, unit{0x1p20, "MiB"}, unit{0x1p30, "GiB"},
  unit{0x1p40, "TiB"}};

struct long_unit {
  std::uint64_t seconds;
  std::string_view name;
};

constexpr auto long_units = std::array{
  long_unit{86'400, "d"}, long_unit{3'600, "h"}, long_unit{60, "min"}, long_unit{1, "s"}};

std::string fixed(double x, int decimals) {
  auto buffer = std::array<char, 400>{}; // The largest double has 309 digits.
  const auto size = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, x);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

/// Without zeros at the end of the fraction.
std::string trimmed(std::string text) {
  if (text.find('.') == std::string::npos)
    return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

/// With a comma before each third digit of the whole part.
std::string grouped(std::string text) {
  const auto first = std::size_t{text.starts_with('-') ? 1U : 0U};
  const auto point = std::min(text.find('.'), text.size());
  for (auto at = point; at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

/// Three digits, or more where the whole part has more.
std::string three_digits(double x) {
  const auto size = std::abs(x);
  return fixed(x, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/// In the largest of the `units` in which it is not below one. Whole numbers of the first
/// unit need no fraction.
std::string with_unit(double x, std::span<const unit> units) {
  auto best = units.front();
  for (const auto& candidate : units)
    if (std::abs(x) >= candidate.size * 0.9995)
      best = candidate;
  const auto scaled = x / best.size;
  const auto whole = best.size == units.front().size || scaled == 0;
  return (whole ? fixed(scaled, 0) : three_digits(scaled)) + " " + std::string{best.name};
}

std::string long_time(double seconds) {
  auto rest = static_cast<std::uint64_t>(std::llround(seconds));
  auto result = std::string{};
  auto parts = 0;
  for (const auto& each : long_units) {
    const auto count = rest / each.seconds;
    if (parts > 0 || count > 0)
      ++parts;
    if (count > 0)
      result += (result.empty() ? "" : " ") + std::to_string(count) + " "
                + std::string{each.name};
    rest %= each.seconds;
    if (parts == 2)
      break;
  }
  return result;
}

constexpr bool is_digit(char x) { return x >= '0' && x <= '9'; }

/// Takes the run of digits, or the one other character, that `text` begins with.
std::string_view take_part(std::string_view& text) {
  auto size = std::size_t{0};
  while (size < text.size() && is_digit(text[size]))
    ++size;
  const auto result = text.substr(0, std::max(size, std::size_t{1}));
  text.remove_prefix(result.size());
  return result;
}

/// Orders digits by their number, and before everything else.
auto rank(std::string_view part) {
  const auto number = is_digit(part.front());
  const auto digits
    = number ? part.substr(std::min(part.find_first_not_of('0'), part.size())) : part;
  return std::tuple{number ? 0 : 1, digits.size(), digits};
}

} // namespace

std::string readable_number(double x) {
  if (!std::isfinite(x))
    return std::isnan(x) ? "-" : x > 0 ? "infinite" : "-infinite";
  return grouped(trimmed(fixed(x, 3)));
}

std::string readable_seconds(double seconds) {
  constexpr auto countable = 1e18; // Beyond it, and below zero, nothing is a duration.
  if (!std::isfinite(seconds) || seconds < 0 || seconds > countable)
    return readable_number(seconds) + " s";
  if (seconds == 0)
    return "0 s";
  return seconds < 59.95 ? with_unit(seconds, second_units) : long_time(seconds);
}

std::string readable_bytes(double bytes) {
  return std::isfinite(bytes) ? with_unit(bytes, byte_units) : readable_number(bytes);
}

std::string printable(std::string_view text) {
  constexpr auto del = '\x7f';
  auto result = std::string{text};
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto x = static_cast<unsigned char>(result[i]);
    if (x < ' ' || result[i] == del)
      result[i] = '?';
    // U+0080 to U+009F are control characters too, in UTF-8 behind the byte C2.
    else if (
      x == 0xC2 && i + 1 < result.size()
      && static_cast<unsigned char>(result[i + 1]) < 0xA0)
      result.replace(i, 2, "?");
  }
  return result;
}

std::size_t width_of(std::string_view text) {
  const auto begins_point
    = [](char x) { return (static_cast<unsigned char>(x) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_point));
}

bool natural_less(std::string_view a, std::string_view b) {
  auto x = a;
  auto y = b;
  while (!x.empty() && !y.empty()) {
    const auto p = rank(take_part(x));
    const auto q = rank(take_part(y));
    if (p != q)
      return p < q;
  }
  if (x.empty() && y.empty())
    return a < b; // n1 and n01 differ still.
  return x.empty();
}

} // namespace troupe::apps::shell
