#include "apps/lab/check/history.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace troupe::lab {

namespace {

constexpr auto calls
  = std::array<std::string_view, 5>{"read", "write", "swap", "append", "add"};
constexpr auto outcomes = std::array<std::string_view, 3>{"done", "refused", "unknown"};

template <class Enum, std::size_t Count>
std::optional<Enum>
find_name(const std::array<std::string_view, Count>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end())
    return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

std::string seconds_of(duration x) {
  auto text = std::array<char, 32>{};
  static_cast<void>(std::snprintf(
    text.data(), text.size(), "%.6f s", std::chrono::duration<double>(x).count()));
  return text.data();
}

/// Long values, such as lists, by their end: that is where they differ.
std::string quoted(const std::string& value) {
  constexpr auto shown_max = std::size_t{60};
  if (value.size() <= shown_max)
    return "'" + value + "'";
  return "'..." + value.substr(value.size() - shown_max) + "'";
}

} // namespace

key_kind kind_of(const history& operations_of_key) {
  for (const auto& x : operations_of_key) {
    if (x.call == operation_call::append)
      return key_kind::list;
    if (x.call == operation_call::add)
      return key_kind::counter;
  }
  return key_kind::reg;
}

std::map<std::string, history> by_key(const history& all) {
  auto result = std::map<std::string, history>{};
  for (const auto& x : all)
    result[x.key].push_back(x);
  return result;
}

std::vector<std::string_view> elements_of(std::string_view value) {
  auto result = std::vector<std::string_view>{};
  while (!value.empty()) {
    const auto end = value.find(element_end);
    const auto size = end == std::string_view::npos ? value.size() : end + 1;
    result.push_back(value.substr(0, size));
    value.remove_prefix(size);
  }
  return result;
}

std::string_view to_string(operation_call x) {
  return calls[static_cast<std::size_t>(x)];
}

std::string_view to_string(operation_outcome x) {
  return outcomes[static_cast<std::size_t>(x)];
}

std::optional<operation_call> parse_call(std::string_view text) {
  return find_name<operation_call>(calls, text);
}

std::optional<operation_outcome> parse_outcome(std::string_view text) {
  return find_name<operation_outcome>(outcomes, text);
}

std::string to_string(const recorded_operation& x) {
  auto result = seconds_of(x.invoked) + " to "
                + (x.returned ? seconds_of(*x.returned) : std::string{"?"}) + ", client "
                + std::to_string(x.client) + " at " + x.node + ": "
                + std::string{to_string(x.call)} + " " + x.key;
  if (x.call != operation_call::read)
    result += " " + quoted(x.argument);
  if (x.readonly)
    result += ", readonly";
  result += ", " + std::string{to_string(x.outcome)};
  if (x.done() && x.call == operation_call::read && !x.value)
    result += " -> no such key";
  if (x.value)
    result += " -> " + quoted(*x.value);
  return result;
}

} // namespace troupe::lab
