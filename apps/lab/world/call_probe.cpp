#include "apps/lab/world/call_probe.hpp"

#include "apps/lab/world/ask.hpp"
#include "router/gateway_actor.hpp"

#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto shared_service = "lab.Probe";
constexpr auto once = "Once";   // Not idempotent.
constexpr auto again = "Again"; // Idempotent.
constexpr auto think_max = 300ms;
constexpr auto work_max = 60ms;

// Some work lasts longer than a link needs to come back, so that a call finds itself
// under way when it is repeated; and longer than `call.deadline`, unless calls are
// stubborn.
constexpr auto long_work_max = 4s;
constexpr auto long_work_chance = 0.3;

/// Provided by the `index`-th machine and the one before it.
std::string pair_service(std::size_t index) {
  return "lab.Pair" + std::to_string(index + 1);
}

} // namespace

call_probe::call_probe(environment in, std::size_t caller_count, random_source random)
    : in_{std::move(in)}, caller_count_{caller_count}, random_{random} {}

std::vector<router::service_definition> call_probe::services_of(std::size_t index) {
  const auto life = (*in_.machines)[index]->life_count();
  auto handle = [this, index,
                 life](const router::invocation& what, const router::responder& respond) {
    execute({index, life, what.id}, what, respond);
  };
  const auto next = (index + 1) % in_.machines->size();
  auto result = std::vector<router::service_definition>{};
  for (const auto& name :
       std::set<std::string>{shared_service, pair_service(index), pair_service(next)})
    result.push_back({{"", name, ""}, {{once, false, handle}, {again, true, handle}}});
  return result;
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
  in_.engine->after(draw_work(), [respond, content = what.content] { respond(content); });
}

duration call_probe::draw_work() {
  const auto longest
    = random_.chance(long_work_chance) ? duration{long_work_max} : duration{work_max};
  return random_.between(duration{}, longest);
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
  const auto service = random_.chance(0.5)
                         ? std::string{shared_service}
                         : pair_service(random_.below(in_.machines->size()));
  ++under_way_;
  ask<router::call_answer>(
    in_.engine->system(), through.handles().gateway, duration{30s},
    router::gateway_call{service, std::move(request)},
    [this](const router::call_answer&) {
      ++answered_count_;
      ended();
    },
    [this](const error& why) {
      late_count_ += code_of(why) == ec::deadline_exceeded ? 1 : 0;
      ended();
    });
}

void call_probe::ended() {
  --under_way_;
  think();
}

} // namespace troupe::lab
