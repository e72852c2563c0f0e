#include "router/call_lines.hpp"

#include <chrono>
#include <utility>

namespace troupe::router {

std::optional<call_lines::line>
call_lines::ended(bool failed, duration took, time_point now) {
  if (!failed && took <= slow_after_)
    return std::nullopt;
  if (now - second_begin_ >= std::chrono::seconds{1}) {
    second_begin_ = now;
    told_ = 0;
  }
  if (told_ >= per_second_max) {
    ++untold_;
    return std::nullopt;
  }
  ++told_;
  return line{failed ? kind::failed : kind::slow, std::exchange(untold_, 0)};
}

} // namespace troupe::router
