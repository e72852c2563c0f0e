#include "router/consumer_actor.hpp"

#include "actors/base/assert.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;

// How exactly deadlines are kept: an ending may be told this late.
constexpr auto consumer_tick_period = 5ms;

} // namespace

consumer::consumer(
  const actors::actor_context* context, call_config config, std::string service,
  random_source random, const consumer_parts& owner)
    : context_{context}, owner_{owner.address()}, service_{service},
      lines_{config.slow_after},
      table_{
        std::move(config), caller_id{random.draw_uuid()}, std::move(service),
        random.fork()},
      providers_{std::make_shared<provider_snapshot>()} {}

void consumer::call(call_request x, callback done) {
  auto out = call_table::output{};
  auto number = table_.call(std::move(x), now(), out);
  callbacks_.emplace(number, std::move(done));
  perform(std::move(out));
}

void consumer::on(const providers_changed& x) {
  providers_ = x.now;
  // Version 0 is published before the registry has answered.
  if (x.now->version > 0)
    perform(table_.providers_are(x.now->providers, now()));
}

void consumer::on(const provider_lost& x) {
  perform(table_.lost(x.provider, x.why, now()));
}

void consumer::on(const invocation_result& x) { perform(table_.answered(x, now())); }

void consumer::tick() { perform(table_.tick(now())); }

void consumer::perform(call_table::output out) {
  auto self = caf::actor_cast<caf::strong_actor_ptr>(owner_);
  for (auto& [to, what] : out.sends) {
    auto reference = providers_->references.find(to);
    TROUPE_ASSERT(reference != providers_->references.end());
    reference->second->enqueue(
      self, caf::make_message_id(), caf::make_message(std::move(what)), nullptr);
  }
  for (auto& x : out.endings) {
    auto done = callbacks_.extract(x.number);
    TROUPE_ASSERT(!done.empty());
    log_end(x);
    if (x.result)
      done.mapped()(call_answer{std::move(*x.result), x.attempts, x.took, x.trace});
    else
      done.mapped()(std::move(x.result.error()));
  }
}

void consumer::log_end(const call_table::ending& x) {
  const auto line = lines_.ended(!x.result, x.took, now());
  if (!line)
    return;
  const auto provider = x.at ? to_string(x.at->node) : std::string{"none"};
  if (line->kind == call_lines::kind::failed)
    context_->log.info(
      "a call failed", "trace", x.trace, "service", service_, "method", x.method,
      "provider", provider, "attempts", x.attempts, "took", x.took, "why",
      x.result.error(), "untold", line->untold);
  else
    context_->log.info(
      "a call was slow", "trace", x.trace, "service", service_, "method", x.method,
      "provider", provider, "attempts", x.attempts, "took", x.took, "untold",
      line->untold);
}

namespace {

void keep_ticking(
  consumer_actor::stateful_pointer<consumer_state> self,
  const actors::actor_context* context) {
  auto& state = self->state;
  if (!state.ticking && state.calls->calls_count() > 0) {
    state.ticking = true;
    context->clock->after(self, consumer_tick_period, caf::tick_atom_v);
  }
}

} // namespace

consumer_actor::behavior_type make_consumer(
  consumer_actor::stateful_pointer<consumer_state> self,
  const actors::actor_context* context, const call_config& config,
  const std::string& service, random_source random, const service_router_actor& router) {
  actors::install_defaults(self, context);
  auto owner = caf::actor_cast<consumer_parts>(self);
  auto& calls = self->state.calls;
  calls.emplace(context, config, service, random, owner);
  self->send(router, subscribe_providers{caf::actor_cast<provider_listener>(owner)});
  return {
    [self, context](call_request& x) {
      auto promise = self->make_response_promise<call_answer>();
      self->state.calls->call(
        std::move(x), [promise](expected<call_answer> result) mutable {
          if (result)
            promise.deliver(std::move(*result));
          else
            promise.deliver(std::move(result.error()));
        });
      keep_ticking(self, context);
      return promise;
    },
    [self](const providers_changed& x) { self->state.calls->on(x); },
    [self](const provider_lost& x) { self->state.calls->on(x); },
    [self](const invocation_result& x) { self->state.calls->on(x); },
    [self, context](caf::tick_atom) {
      self->state.ticking = false;
      self->state.calls->tick();
      keep_ticking(self, context);
    },
  };
}

} // namespace troupe::router
