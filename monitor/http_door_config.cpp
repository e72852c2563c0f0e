#include "monitor/http_door_config.hpp"

namespace troupe::monitor {

using namespace std::chrono_literals;

error http_door_config::validate() const {
  return first_error({
    check_range(
      "http.connections_max", connections_max, std::size_t{1}, std::size_t{1'000'000}),
    check_range("http.client_deadline", client_deadline, 100ms, 1h),
    check_range("http.header_max", header_max, kib(1), mib(1)),
  });
}

} // namespace troupe::monitor
