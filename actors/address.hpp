/// A place to dial or listen at: host and TCP port, written `host:port` or `[ipv6]:port`.
#pragma once

#include "actors/base/error.hpp"

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace troupe::actors {

struct address {
  std::string host;
  std::uint16_t port = 0;

  friend auto operator<=>(const address&, const address&) = default;
};

/// Reads `host:port` or `[ipv6]:port`. The port may be 0 (any free one, for listeners).
/// Fails with ec::invalid_argument, naming `text` and the expected form.
[[nodiscard]] expected<address> parse_address(std::string_view text);

[[nodiscard]] std::string to_string(const address& x);
std::ostream& operator<<(std::ostream& out, const address& x);

} // namespace troupe::actors
