#include "apps/lab/world/call_probe.hpp"

#include "apps/lab/world/ask.hpp"
#include "router/gateway_actor.hpp"

#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto service_name = "lab.Probe";
constexpr auto once = "Once";   // Not idempotent.
constexpr auto again = "Again"; // Idempotent.
constexpr auto think_max = 300ms;
constexpr auto work_max = 60ms;

} // namespace

call_probe::call_probe(environment in, std::size_t caller_count, random_source random)
    : in_{std::move(in)}, caller_count_{caller_count}, random_{random} {}

router::service_definition call_probe::service_of(std::size_t index) {
  const auto life = (*in_.machines)[index]->life_count();
  auto handle = [this, index,
                 life](const router::invocation& what, const router::responder& respond) {
    execute({index, life, what.id}, what, respond);
  };
  return {{"", service_name, ""}, {{once, false, handle}, {again, true, handle}}};
}

void call_probe::execute(
  execution x, const router::invocation& what, const router::responder& respond) {
  const auto& where = *(*in_.machines)[x.machine];
  if (!where.up() || where.life_count() != x.life)
    return; // Its process was killed.
  ++executed_count_;
  in_.trace->add(
    in_.engine->now(), where.name(), "execute", what.method + " " + what.content);
  if (!executions_.insert(x).second)
    in_.violated("calls: " + where.name() + " executes call " + what.content + " twice");
  if (what.method == once) {
    const auto first = only_.try_emplace(x.call, x).first->second;
    if (first != x)
      in_.violated(
        "calls: " + where.name() + " executes call " + what.content
        + ", which is not idempotent and ran on "
        + (*in_.machines)[first.machine]->name());
  }
  in_.engine->after(
    random_.between(duration{}, duration{work_max}),
    [respond, content = what.content] { respond(content); });
}

void call_probe::start() {
  for (std::size_t i = 0; i < caller_count_; ++i)
    think();
}

void call_probe::think() {
  in_.engine->after(random_.between(duration{}, duration{think_max}), [this] { call(); });
}

void call_probe::call() {
  if (stopped_)
    return;
  const auto& through = *(*in_.machines)[random_.below(in_.machines->size())];
  if (!through.up() || !through.handles().gateway) {
    think();
    return;
  }
  auto request = router::call_request{};
  request.method = random_.chance(0.5) ? once : again;
  request.content = std::to_string(++token_count_);
  request.idempotent = request.method == again;
  ++under_way_;
  ask<router::call_answer>(
    in_.engine->system(), through.handles().gateway, duration{30s},
    router::gateway_call{service_name, std::move(request)},
    [this](const router::call_answer&) { ended(true); },
    [this](const error&) { ended(false); });
}

void call_probe::ended(bool answered) {
  --under_way_;
  if (answered)
    ++answered_count_;
  think();
}

} // namespace troupe::lab
