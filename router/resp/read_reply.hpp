/// Replies of RESP2 as their readers in this process need them: the other direction of
/// `reply.hpp`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::router {

/// A reply that is an error; its first word is its kind.
struct resp_error {
  std::string text;

  friend bool operator==(const resp_error&, const resp_error&) = default;
};

/// One reply but an array: nil, a string (simple or bulk), an integer, an error.
using resp_scalar = std::variant<std::monostate, std::string, std::int64_t, resp_error>;

using resp_array = std::vector<resp_scalar>;

/// What commands on data answer: no array within an array.
using resp_value = std::variant<resp_scalar, resp_array>;

/// The one reply that `bytes` are; none when they are less, more, or anything else.
[[nodiscard]] std::optional<resp_value> read_reply(std::string_view bytes);

} // namespace troupe::router
