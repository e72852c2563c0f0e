#include "router/call_lines.hpp"

namespace troupe::router {

std::optional<call_lines::line>
call_lines::ended(bool failed, duration took, time_point now) {
  if (!failed && took <= slow_after_)
    return std::nullopt;
  const auto untold = lines_.take(now);
  if (!untold)
    return std::nullopt;
  return line{failed ? kind::failed : kind::slow, *untold};
}

} // namespace troupe::router
