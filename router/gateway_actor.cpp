#include "router/gateway_actor.hpp"

#include <utility>

#include <caf/send.hpp>

namespace troupe::router {

gateway_state::~gateway_state() {
  for (const auto& [service, each] : services_) {
    caf::anon_send_exit(each.consumer, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(each.router, caf::exit_reason::user_shutdown);
  }
}

void gateway_state::start(
  service_router_environment environment, const gateway_config& config,
  random_source random) {
  environment_ = std::move(environment);
  config_ = config;
  random_.emplace(random);
}

expected<const gateway_state::parts*>
gateway_state::parts_of(const registry::service_name& service) {
  auto found = services_.find(service);
  if (found == services_.end()) {
    if (services_.size() >= config_.services_max)
      return fail(
        ec::busy, "this node calls " + std::to_string(services_.size())
                    + " services already; use another node");
    auto router = self_->spawn(make_service_router, &environment_, service);
    auto consumer = self_->spawn(
      make_consumer, environment_.context, config_.call, to_string(service),
      random_->fork(), router);
    found = services_.emplace(service, parts{router, consumer}).first;
  }
  return &found->second;
}

caf::result<call_answer> gateway_state::on(gateway_call& x) {
  auto service = parse_service_name(x.service);
  if (!service)
    return std::move(service.error());
  auto known = parts_of(*service);
  if (!known)
    return std::move(known.error());
  return self_->delegate((*known)->consumer, std::move(x.what));
}

caf::result<service_router_actor> gateway_state::on(const registry::service_name& x) {
  auto known = parts_of(x);
  if (!known)
    return std::move(known.error());
  return (*known)->router;
}

gateway_actor::behavior_type make_gateway(
  gateway_actor::stateful_pointer<gateway_state> self,
  const service_router_environment& environment, const gateway_config& config,
  random_source random) {
  actors::install_defaults(self, environment.context);
  auto* state = &self->state;
  state->start(environment, config, random);
  return {
    [state](gateway_call& x) { return state->on(x); },
    [state](const registry::service_name& x) { return state->on(x); },
  };
}

expected<registry::service_name> parse_service_name(const std::string& text) {
  auto result = registry::service_name{};
  auto rest = text;
  if (auto slash = rest.find('/'); slash != std::string::npos) {
    result.group = rest.substr(0, slash);
    rest.erase(0, slash + 1);
  }
  if (auto colon = rest.rfind(':'); colon != std::string::npos) {
    result.version = rest.substr(colon + 1);
    rest.erase(colon);
  }
  result.interface_name = rest;
  if (rest.empty() || rest.find_first_of("/: ") != std::string::npos)
    return fail(
      ec::invalid_argument, "'" + text
                              + "' is not a service; write interface, or "
                                "group/interface:version");
  return result;
}

} // namespace troupe::router
