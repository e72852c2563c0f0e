/// Short words for histories in tests; times are in milliseconds.
#pragma once

#include "apps/lab/check/history.hpp"
#include "apps/lab/check/violation.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace troupe::lab {

struct span_ms {
  int from = 0;
  std::optional<int> to{}; ///< None: unknown.
};

/// An operation of `client` on key "k".
inline recorded_operation recorded(
  std::size_t client, operation_call call, std::string argument,
  std::optional<std::string> value, span_ms when) {
  auto result = recorded_operation{};
  result.client = client;
  result.request = static_cast<std::uint64_t>(when.from) + 1;
  result.call = call;
  result.key = "k";
  result.argument = std::move(argument);
  result.node = "n1";
  result.invoked = std::chrono::milliseconds{when.from};
  if (when.to) {
    result.returned = std::chrono::milliseconds{*when.to};
    result.outcome = operation_outcome::done;
    result.value = std::move(value);
  }
  return result;
}

inline recorded_operation refused(recorded_operation x) {
  x.outcome = operation_outcome::refused;
  x.value.reset();
  return x;
}

inline recorded_operation
read_by(std::size_t client, std::optional<std::string> value, span_ms when) {
  return recorded(client, operation_call::read, {}, std::move(value), when);
}

inline recorded_operation
write_by(std::size_t client, std::string argument, span_ms when) {
  return recorded(client, operation_call::write, std::move(argument), {}, when);
}

inline recorded_operation
append_by(std::size_t client, std::string argument, std::string length, span_ms when) {
  return recorded(
    client, operation_call::append, std::move(argument), std::move(length), when);
}

inline recorded_operation add_by(std::size_t client, std::string sum, span_ms when) {
  return recorded(client, operation_call::add, "1", std::move(sum), when);
}

/// The same of a client that reads from slaves.
inline recorded_operation readonly(recorded_operation x) {
  x.readonly = true;
  return x;
}

inline bool has(const violations& found, const std::string& property) {
  return std::ranges::find(found, property, &violation::property) != found.end();
}

} // namespace troupe::lab
