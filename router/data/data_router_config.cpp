#include "router/data/data_router_config.hpp"

#include "actors/base/config.hpp"

namespace troupe::router {

using namespace std::chrono_literals;

error data_router_config::validate() const {
  return first_error({
    forwards.validate(),
    check_range("data.closings_interval", closings_interval, 10ms, 1h),
  });
}

} // namespace troupe::router
