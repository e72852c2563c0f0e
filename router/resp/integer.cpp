#include "router/resp/integer.hpp"

#include <charconv>
#include <system_error>

namespace troupe::router {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.starts_with('0') && text.size() > 1)
    return std::nullopt;
  auto result = std::int64_t{};
  const auto* end = text.data() + text.size();
  auto [stopped, failed] = std::from_chars(text.data(), end, result);
  if (failed != std::errc{} || stopped != end)
    return std::nullopt;
  return result;
}

} // namespace troupe::router
