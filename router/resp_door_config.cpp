#include "router/resp_door_config.hpp"

namespace troupe::router {

using namespace std::chrono_literals;

error resp_door_config::validate() const {
  return first_error({
    check_range("door.threads", thread_count, 1U, 64U),
    check_range("door.deadline", deadline, 100ms, 10min),
    check_range("door.command_deadline", command_deadline, 100ms, 24h),
    check_range("door.clients_max", clients_max, std::size_t{1}, std::size_t{1'000'000}),
    check_range("door.unread_max", unread_max, kib(64), gib(64)),
    check_range("door.keepalive", keepalive, 1s, 24h),
  });
}

} // namespace troupe::router
