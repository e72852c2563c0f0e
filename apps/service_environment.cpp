#include "apps/service_environment.hpp"

#include <chrono>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// The call's own deadline comes first.
constexpr auto call_deadline = 60s;

struct begin_call {
  router::gateway_actor gateway;
  router::gateway_call what;
  service_environment::callback done;
};

/// Makes one call and ends with it: so no number of calls under way slows the others.
using call_actor = caf::typed_actor<
  // From whoever spawned it, once.
  caf::reacts_to<begin_call>>;

} // namespace

} // namespace troupe::apps

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::begin_call)

namespace troupe::apps {

namespace {

struct call_state {
  static inline constexpr const char* name = "service-call";
  service_environment::callback done;
};

using self_pointer = call_actor::stateful_pointer<call_state>;

void end(self_pointer self, expected<router::call_answer> result) {
  if (auto done = std::exchange(self->state.done, nullptr))
    done(std::move(result));
  self->quit();
}

call_actor::behavior_type
make_call(self_pointer self, const actors::actor_context* context) {
  actors::install_defaults(self, context);
  // A gateway that ends leaves its calls without an answer.
  self->set_down_handler([self](const caf::down_msg&) {
    end(self, fail(ec::stopping, "the node is ending"));
  });
  return {[self](begin_call& x) {
    self->state.done = std::move(x.done);
    self->monitor(x.gateway);
    self->request(x.gateway, call_deadline, std::move(x.what))
      .then(
        [self](router::call_answer& answer) { end(self, std::move(answer)); },
        [self](const error& why) { end(self, actors::ours(why)); });
  }};
}

} // namespace

service_environment::service_environment(
  caf::actor_system* engine, const actors::actor_context* context,
  cluster::node_identity self, router::gateway_actor gateway,
  router::data_client_actor data)
    : engine_{engine}, context_{context}, self_{std::move(self)},
      gateway_{std::move(gateway)}, data_{std::move(data)} {}

void service_environment::call(
  const std::string& service, router::call_request what, callback done) const {
  caf::anon_send(
    engine_->spawn(make_call, context_),
    begin_call{gateway_, {service, std::move(what)}, std::move(done)});
}

} // namespace troupe::apps
