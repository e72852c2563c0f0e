#include "router/service.hpp"

#include <algorithm>
#include <utility>

namespace troupe::router {

void responder::operator()(expected<std::string> result) const {
  if (!once_->answered.exchange(true))
    once_->to(std::move(result));
}

responder::once::~once() {
  if (!answered)
    to(fail(ec::internal, "the handler ended without an answer"));
}

const method_definition*
find_method(const service_definition& service, const std::string& name) {
  auto found
    = std::find_if(service.methods.begin(), service.methods.end(), [&](const auto& x) {
        return x.name == name;
      });
  return found == service.methods.end() ? nullptr : &*found;
}

} // namespace troupe::router
