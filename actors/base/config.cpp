#include "actors/base/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <system_error>

namespace troupe {

namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr auto duration_units = std::array<unit, 7>{{
  {"ns", 1},
  {"us", 1'000},
  {"ms", 1'000'000},
  {"s", 1'000'000'000},
  {"min", 60'000'000'000},
  {"h", 3'600'000'000'000},
  {"d", 86'400'000'000'000},
}};

constexpr auto size_units = std::array<unit, 5>{{
  {"B", 1},
  {"KiB", std::uint64_t{1} << 10},
  {"MiB", std::uint64_t{1} << 20},
  {"GiB", std::uint64_t{1} << 30},
  {"TiB", std::uint64_t{1} << 40},
}};

std::string in_largest_unit(std::uint64_t x, std::span<const unit> units) {
  auto best = units.begin();
  for (auto i = units.begin(); i != units.end(); ++i)
    if (x != 0 && x % i->factor == 0)
      best = i;
  return std::to_string(x / best->factor) + " " + std::string{best->name};
}

std::string names_of(std::span<const unit> units) {
  auto result = std::string{};
  for (const auto& x : units)
    result += (result.empty() ? "" : " ") + std::string{x.name};
  return result;
}

error bad_value(std::string_view text, const std::string& why) {
  return fail(ec::invalid_config, "'" + std::string{text} + "' " + why);
}

expected<std::uint64_t>
parse_units(std::string_view text, std::span<const unit> units, std::uint64_t max) {
  auto number = std::uint64_t{};
  const auto* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  if (status == std::errc::invalid_argument)
    return bad_value(text, "does not start with a whole number");
  auto name = std::string_view{rest, static_cast<std::size_t>(end - rest)};
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  const auto found = std::ranges::find(units, name, &unit::name);
  if (found == units.end())
    return bad_value(text, "needs a unit: one of " + names_of(units));
  if (status != std::errc{} || number > max / found->factor)
    return bad_value(text, "is too large");
  return number * found->factor;
}

} // namespace

std::string to_text(duration x) {
  const auto sign = x < duration::zero() ? "-" : "";
  // Negated as unsigned: the smallest value has no positive counterpart.
  const auto raw = static_cast<std::uint64_t>(x.count());
  return sign + in_largest_unit(x < duration::zero() ? 0 - raw : raw, duration_units);
}

std::string to_text(byte_size x) { return in_largest_unit(x.bytes, size_units); }

std::string to_text(double x) {
  auto buffer = std::array<char, 32>{};
  const auto [end, status]
    = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
  return status == std::errc{} ? std::string{buffer.data(), end} : std::string{"?"};
}

std::string to_text(std::int64_t x) { return std::to_string(x); }
std::string to_text(std::uint64_t x) { return std::to_string(x); }

expected<duration> parse_duration(std::string_view text) {
  constexpr auto max = std::numeric_limits<duration::rep>::max();
  auto result = parse_units(text, duration_units, static_cast<std::uint64_t>(max));
  if (!result)
    return result.error();
  return duration{static_cast<duration::rep>(*result)};
}

expected<byte_size> parse_size(std::string_view text) {
  auto result = parse_units(text, size_units, std::numeric_limits<std::uint64_t>::max());
  if (!result)
    return result.error();
  return byte_size{*result};
}

error detail::out_of_range(
  std::string_view key, const std::string& value, const std::string& low,
  const std::string& high) {
  return fail(
    ec::invalid_config,
    std::string{key} + " is " + value + "; allowed is " + low + " to " + high);
}

error first_error(std::initializer_list<error> checks) {
  const auto* found
    = std::ranges::find_if(checks, [](const error& x) { return static_cast<bool>(x); });
  return found == checks.end() ? error{} : *found;
}

} // namespace troupe
