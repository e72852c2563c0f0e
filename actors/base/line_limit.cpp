#include "actors/base/line_limit.hpp"

#include <utility>

namespace troupe {

std::optional<std::uint64_t> line_limit::take(time_point now) {
  if (!window_begin_ || now - *window_begin_ >= window_) {
    window_begin_ = now;
    taken_ = 0;
  }
  if (taken_ >= line_count_) {
    ++untold_;
    return std::nullopt;
  }
  ++taken_;
  return std::exchange(untold_, 0);
}

} // namespace troupe
