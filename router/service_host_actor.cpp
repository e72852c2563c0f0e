#include "router/service_host_actor.hpp"

#include "registry/registry_wire.hpp"

#include <exception>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;

constexpr auto registry_deadline = 10s;

/// Whoever sends invocations takes their results.
using invoker = caf::typed_actor<caf::reacts_to<invocation_result>>;

invocation_result refusal(const invocation& x, ec code, std::string why) {
  return {x.id, x.attempt, outcome::not_executed, {}, code, std::move(why)};
}

invocation_result result_of(const invocation& x, expected<std::string> answer) {
  if (answer)
    return {x.id, x.attempt, outcome::answered, std::move(*answer), ec::internal, {}};
  const auto& why = answer.error();
  return {x.id, x.attempt, outcome::failed, {}, code_of(why), sentence_of(why)};
}

} // namespace

std::string host_name(const registry::service_name& service) {
  return "service/" + to_string(service);
}

method_metrics::method_metrics(
  metrics_registry& registry, const std::string& service, const std::string& method)
    : calls{registry.make_counter(
      "troupe_router_provider_calls_total", "Calls that a handler ran.",
      {{"service", service}, {"method", method}})},
      failures{registry.make_counter(
        "troupe_router_provider_failures_total", "Calls whose handler failed.",
        {{"service", service}, {"method", method}})},
      refusals{registry.make_counter(
        "troupe_router_provider_refusals_total", "Calls that were not run.",
        {{"service", service}, {"method", method}})},
      duration{registry.make_histogram(
        "troupe_router_provider_call_seconds", "Time from arrival to answer.",
        {{"service", service}, {"method", method}})} {}

void service_host_state::start(
  const actors::actor_context* context, service_definition service,
  const invocation_log_config& config, const registry::registry_actor& registry,
  const node_id& node, troupe::incarnation incarnation) {
  context_ = context;
  service_ = std::move(service);
  log_.emplace(config);
  lines_.emplace(config.slow_after);
  tick_period_ = config.retention / 10;
  for (const auto& method : service_.methods)
    metrics_.try_emplace(
      method.name, *context_->metrics, to_string(service_.name), method.name);
  register_provider(registry, node, incarnation);
  context_->clock->after(self_, tick_period_, caf::tick_atom_v);
}

void service_host_state::register_provider(
  const registry::registry_actor& registry, const node_id& node,
  troupe::incarnation incarnation) {
  auto methods = std::vector<std::string>{};
  for (const auto& method : service_.methods)
    methods.push_back(method.name);
  auto entry = registry::provider_entry{
    .service = service_.name,
    .node = node,
    .incarnation = incarnation,
    .actor = host_name(service_.name),
    .methods = std::move(methods),
    .weight = service_.weight,
    .started = registry::wall_time{std::chrono::duration_cast<std::chrono::milliseconds>(
      context_->clock->wall_time().time_since_epoch())},
    .warm_up = {}};
  self_
    ->request(
      registry, registry_deadline,
      registry::put_entry{registry::key_of(entry), registry::encode(entry)})
    .then(
      [](caf::ok_atom) {},
      [this](error& why) {
        context_->log.error(
          "a service cannot be registered", "service", to_string(service_.name), "why",
          render(why));
        self_->quit(std::move(why));
      });
}

void service_host_state::on(const invocation& x) {
  auto asker = self_->current_sender();
  if (draining_) {
    reply(asker, refusal(x, ec::stopping, "the provider is draining"));
    return;
  }
  auto admission = log_->arrived(x, now());
  switch (admission.verdict) {
    case invocation_log::verdict::run:
      running_.insert_or_assign(x.id, running{asker, now(), x.trace, x.method, nullptr});
      run(x);
      break;
    case invocation_log::verdict::wait:
      running_.at(x.id).asker = asker;
      break;
    case invocation_log::verdict::repeat:
      reply(asker, std::move(*admission.result));
      break;
    case invocation_log::verdict::refuse:
      if (auto found = metrics_.find(x.method); found != metrics_.end())
        found->second.refusals.add();
      reply(asker, std::move(*admission.result));
      break;
    case invocation_log::verdict::outdated:
      break;
  }
}

void service_host_state::run(const invocation& x) {
  const auto* method = find_method(service_, x.method);
  auto self = caf::actor_cast<service_host_actor>(self_);
  auto respond = responder{[self, x](expected<std::string> answer) {
    caf::anon_send(self, call_finished{result_of(x, std::move(answer))});
  }};
  if (method == nullptr) {
    respond(fail(
      ec::not_found, to_string(service_.name) + " has no method '" + x.method + "'"));
    return;
  }
  running_.at(x.id).metrics = &metrics_.at(x.method);
  // A handler of an app that throws fails its call, not the host of all others.
  try {
    method->handle(x, respond);
  } catch (const std::exception& why) {
    context_->log.error(
      "a handler threw", "trace", x.trace, "service", to_string(service_.name), "method",
      x.method, "what", why.what());
    respond(fail(ec::internal, std::string{"the handler threw: "} + why.what()));
  }
}

void service_host_state::on(const call_finished& x) {
  auto entry = running_.extract(x.result.id);
  auto result = x.result;
  result.attempt = log_->finished(result, now());
  const auto& call = entry.mapped();
  if (auto* metrics = call.metrics) {
    metrics->calls.add();
    if (result.outcome == outcome::failed)
      metrics->failures.add();
    metrics->duration.record(now() - call.since);
  }
  log_end(call, result);
  reply(call.asker, std::move(result));
  if (draining_ && running_.empty() && draining_->pending())
    draining_->deliver(caf::ok_atom_v);
}

void service_host_state::log_end(const running& x, const invocation_result& result) {
  const auto took = now() - x.since;
  const auto line = lines_->ended(result.outcome == outcome::failed, took, now());
  if (!line)
    return;
  const auto service = to_string(service_.name);
  if (line->kind == call_lines::kind::failed)
    context_->log.info(
      "a handler failed its call", "trace", x.trace, "service", service, "method",
      x.method, "took", took, "why", fail(result.code, result.why), "untold",
      line->untold);
  else
    context_->log.info(
      "a handler was slow", "trace", x.trace, "service", service, "method", x.method,
      "took", took, "untold", line->untold);
}

void service_host_state::reply(const caf::strong_actor_ptr& to, invocation_result x) {
  if (to)
    self_->send(caf::actor_cast<invoker>(to), std::move(x));
}

caf::result<caf::ok_atom> service_host_state::drain() {
  auto promise = self_->make_response_promise<caf::ok_atom>();
  draining_ = promise;
  if (running_.empty())
    draining_->deliver(caf::ok_atom_v);
  return promise;
}

void service_host_state::tick() {
  log_->tick(now());
  context_->clock->after(self_, tick_period_, caf::tick_atom_v);
}

service_host_actor::behavior_type make_service_host(
  service_host_actor::stateful_pointer<service_host_state> self,
  const actors::actor_context* context, service_definition service,
  const invocation_log_config& config, const registry::registry_actor& registry,
  const node_id& node, troupe::incarnation incarnation) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(service), config, registry, node, incarnation);
  return {
    [state](const invocation& x) { state->on(x); },
    [state](atom::drain) { return state->drain(); },
    [state](const call_finished& x) { state->on(x); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::router
