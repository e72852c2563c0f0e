#include "router/data/data_calls.hpp"

#include "actors/base/config.hpp"

namespace troupe::router {

using namespace std::chrono_literals;

std::string_view to_string(data_status x) {
  switch (x) {
    case data_status::done:
      return "done";
    case data_status::no_quorum:
      return "no_quorum";
    case data_status::busy:
      return "busy";
    case data_status::unknown:
      return "unknown";
  }
  return "invalid";
}

error data_calls_config::validate() const {
  return first_error({
    check_range("data.calls_max", calls_max, std::size_t{1}, std::size_t{10'000'000}),
    check_range("data.bytes_max", bytes_max, kib(1), gib(64)),
    check_range("data.retry_min", retry_min, 1ms, 10s),
    check_range("data.retry_max", retry_max, retry_min, 1min),
    check_range("data.resend_after", resend_after, 10ms, 10min),
  });
}

} // namespace troupe::router
