/// How many lines of one sort go into a log in so long, and how many had to stay out.
///
/// For lines whose number others decide, a peer or a load: without a bound, an overload
/// is made worse by lines about it.
///
/// Pure. Not thread-safe.
#pragma once

#include "actors/base/time.hpp"

#include <cstdint>
#include <optional>

namespace troupe {

class line_limit {
public:
  /// At most `line_count` lines in any one window of the clock; the first window begins
  /// with the first line.
  line_limit(std::uint32_t line_count, duration window)
      : line_count_{line_count}, window_{window} {}

  /// Whether a line may be written at `now`: none when it may not, and else the number of
  /// lines that could not since the last.
  [[nodiscard]] std::optional<std::uint64_t> take(time_point now);

private:
  std::uint32_t line_count_;
  duration window_;
  std::optional<time_point> window_begin_;
  std::uint32_t taken_ = 0; // In this window.
  std::uint64_t untold_ = 0;
};

} // namespace troupe
