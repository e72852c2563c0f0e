#include "apps/lab/world/world_stage.hpp"

#include "apps/lab/world/ask.hpp"

#include <utility>

namespace troupe::lab {

namespace {

// The gateway keeps the call's deadline; this only covers its death.
constexpr auto call_deadline = std::chrono::seconds{60};

} // namespace

void world_stage::call(
  const std::string& service, router::call_request what, call_ended done) {
  auto usable = std::vector<const machine*>{};
  for (const auto& x : *in_.machines)
    if (x->up() && x->handles().gateway)
      usable.push_back(x.get());
  if (usable.empty()) {
    after({}, [done] { done(fail(ec::unreachable, "no node is up")); });
    return;
  }
  const auto* through = usable[random_.below(usable.size())];
  const auto dead = [through, life = through->life_count()] {
    return !through->up() || through->life_count() != life;
  };
  ask<router::call_answer>(
    in_.engine->system(), through->handles().gateway, duration{call_deadline},
    router::gateway_call{service, std::move(what)},
    [done, dead](router::call_answer& x) {
      if (dead())
        done(fail(ec::stopping, "the node was killed"));
      else
        done(std::move(x));
    },
    [done](error& why) { done(std::move(why)); });
}

} // namespace troupe::lab
