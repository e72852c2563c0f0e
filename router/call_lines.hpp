/// Which ended calls are told to the log: those that failed, and those that were slow. A
/// bounded number a second, so that an overload is not made worse by lines about it.
///
/// Pure. Not thread-safe; one per consumer and per service host.
#pragma once

#include "actors/base/line_limit.hpp"
#include "actors/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace troupe::router {

class call_lines {
public:
  /// Lines in any one second of the clock.
  static constexpr std::uint32_t per_second_max = 10;

  enum class kind : std::uint8_t { failed, slow };

  struct line {
    call_lines::kind kind = kind::failed;
    std::uint64_t untold = 0; ///< Calls since the last line that should have had one.
  };

  /// Calls that take longer than `slow_after` are slow.
  explicit call_lines(duration slow_after) : slow_after_{slow_after} {}

  /// The line that a call deserves which has just ended, if any.
  [[nodiscard]] std::optional<line> ended(bool failed, duration took, time_point now);

private:
  duration slow_after_;
  line_limit lines_{per_second_max, std::chrono::seconds{1}};
};

} // namespace troupe::router
