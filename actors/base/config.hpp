/// Helpers for the `x_config` structs: values with units, read, printed and checked.
///
/// Each core has a struct whose `validate()` returns the first thing that is wrong:
///
///     error failure_detector_config::validate() const {
///       return first_error({
///         check_range("cluster.heartbeat_interval", heartbeat_interval, 10ms, 1min),
///         check_range("cluster.suspect_after", suspect_after, 2 * heartbeat_interval,
///         1h),
///       });
///     }
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace troupe {

/// A number of bytes, in configuration; prints as "4 MiB".
struct byte_size {
  std::uint64_t bytes = 0;
  auto operator<=>(const byte_size&) const = default;
};

constexpr byte_size kib(std::uint64_t n) { return {n << 10}; }
constexpr byte_size mib(std::uint64_t n) { return {n << 20}; }
constexpr byte_size gib(std::uint64_t n) { return {n << 30}; }

/// `x` in the largest unit of ns, us, ms, s, min, h, d that gives a whole number:
/// "250 ms", "1500 ms", "2 min".
[[nodiscard]] std::string to_text(duration x);

/// `x` in the largest unit of B, KiB, MiB, GiB, TiB that gives a whole number.
[[nodiscard]] std::string to_text(byte_size x);

[[nodiscard]] std::string to_text(double x);
[[nodiscard]] std::string to_text(std::int64_t x);
[[nodiscard]] std::string to_text(std::uint64_t x);

/// Reads a whole number that is not negative, and a unit: "250 ms" or "250ms". Fails with
/// ec::invalid_config when the unit is missing or unknown or the value does not fit.
[[nodiscard]] expected<duration> parse_duration(std::string_view text);
[[nodiscard]] expected<byte_size> parse_size(std::string_view text);

namespace detail {

[[nodiscard]] error out_of_range(
  std::string_view key, const std::string& value, const std::string& low,
  const std::string& high);

template <class T>
std::string value_text(const T& x) {
  if constexpr (std::convertible_to<T, duration> || std::same_as<T, byte_size>)
    return to_text(x);
  else if constexpr (std::floating_point<T>)
    return to_text(static_cast<double>(x));
  else if constexpr (std::signed_integral<T>)
    return to_text(static_cast<std::int64_t>(x));
  else
    return to_text(static_cast<std::uint64_t>(x));
}

} // namespace detail

/// None when `value` is in [low, high], else ec::invalid_config that names the key, the
/// value and the range. For durations of any unit, `byte_size`, integers and reals; not a
/// number is in no range.
template <class T, class Low, class High>
[[nodiscard]] error
check_range(std::string_view key, const T& value, const Low& low, const High& high) {
  if constexpr (std::convertible_to<T, duration>) {
    if (duration{value} >= duration{low} && duration{value} <= duration{high})
      return {};
    return detail::out_of_range(
      key, to_text(duration{value}), to_text(duration{low}), to_text(duration{high}));
  } else {
    const auto least = static_cast<T>(low);
    const auto most = static_cast<T>(high);
    if (value >= least && value <= most)
      return {};
    return detail::out_of_range(
      key, detail::value_text(value), detail::value_text(least),
      detail::value_text(most));
  }
}

/// The first of `checks` that is an error, or none.
[[nodiscard]] error first_error(std::initializer_list<error> checks);

} // namespace troupe
