#include "actors/supervisor_config.hpp"

#include "actors/base/config.hpp"

namespace troupe::actors {

error supervisor_config::validate() const {
  using namespace std::chrono_literals;
  return first_error({
    check_range("supervisor.restart_count_max", restart_count_max, 0, 1'000),
    check_range("supervisor.restart_window", restart_window, 1s, 24h),
    check_range("supervisor.backoff_min", backoff_min, 1ms, 1h),
    check_range("supervisor.backoff_max", backoff_max, backoff_min, 1h),
    check_range("supervisor.healthy_after", healthy_after, backoff_min, 24h),
  });
}

} // namespace troupe::actors
