/// How the node's HTTP port treats its clients.
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/error.hpp"

#include <chrono>
#include <cstddef>

namespace troupe::monitor {

struct http_door_config {
  /// Connections served at one time; further ones wait in the system's queue.
  std::size_t connections_max = 256;

  /// How long a client may take for its whole request, counted from the answer before
  /// it, and to read the answer. Longer keeps connections of clients that ask seldom;
  /// shorter frees sooner what slow ones hold.
  std::chrono::milliseconds client_deadline{10'000};

  /// The largest header of a request. Larger lets a connection hold more memory.
  byte_size header_max = kib(16);

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::monitor
