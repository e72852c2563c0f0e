/// Finds clients that begin a command and never end it.
///
/// Half a command holds a connection and the memory for what came of it. Its whole time
/// counts, not the silence: bytes that drip in do not prolong it. Time in which the
/// client is not read does not count: it could not have gone on.
///
/// Pure; not thread-safe; one per connection.
#pragma once

#include "actors/base/time.hpp"

#include <cstdint>
#include <optional>

namespace troupe::router {

class command_watch {
public:
  explicit command_watch(duration patience) : patience_{patience} {}

  /// At `now` the rest of `command` is waited for, a number that no other command of the
  /// connection has; nothing: none has begun, or the client is not read.
  void sees(std::optional<std::uint64_t> command, time_point now) {
    if (command && command != command_)
      late_at_ = now + patience_;
    command_ = command;
  }

  /// When the command that is waited for will have taken too long; nothing without one.
  [[nodiscard]] std::optional<time_point> late_at() const {
    return command_ ? std::optional{late_at_} : std::nullopt;
  }

private:
  duration patience_;
  std::optional<std::uint64_t> command_;
  time_point late_at_;
};

} // namespace troupe::router
