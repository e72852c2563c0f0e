/// Integers in text, as Redis reads them: in a request's framing and in its arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::router {

/// The number that `text` is in its one canonical form: no sign but a minus, no leading
/// zeros, no "-0", no space, within 64 bits. None for everything else: a value that INCR
/// has written reads back as the same bytes, and no other bytes count as a number.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

} // namespace troupe::router
