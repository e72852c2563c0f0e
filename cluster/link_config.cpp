#include "cluster/link_config.hpp"

#include "actors/base/config.hpp"

namespace troupe::cluster {

using namespace std::chrono_literals;

error link_config::validate() const {
  return first_error({
    check_range("link.heartbeat_interval", heartbeat_interval, 1ms, 1min),
    check_range("link.silence_max", silence_max, 4 * heartbeat_interval, 10min),
    check_range("link.frame_deadline", frame_deadline, silence_max, 10min),
    check_range("link.dial_deadline", dial_deadline, 10ms, 5min),
    check_range("link.handshake_deadline", handshake_deadline, 10ms, 5min),
    check_range("link.down_after", down_after, 0ms, 10min),
    check_range("link.idle_after", idle_after, 100ms, 24h),
    check_range("link.redial_min", redial_min, 1ms, redial_max),
    check_range("link.redial_max", redial_max, redial_min, 10min),
    check_range("link.call_age_max", call_age_max, 1s, 24h),
    check_range(
      "link.window_control_bytes", byte_size{window_control_bytes}, kib(64), gib(1)),
    check_range("link.window_bulk_bytes", byte_size{window_bulk_bytes}, kib(64), gib(1)),
    check_range("link.queue_bytes_max", byte_size{queue_bytes_max}, kib(64), gib(1)),
    check_range("link.frame_bytes_max", byte_size{frame_bytes_max}, kib(64), gib(1)),
    check_range(
      "link.greeting_count_max", greeting_count_max, std::size_t{1}, std::size_t{65'536}),
  });
}

} // namespace troupe::cluster
