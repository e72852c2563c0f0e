#include "cluster/founding_actor.hpp"

#include "cluster/identity_store.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::cluster {

namespace {

using namespace std::chrono_literals;

// A contact ends by the links' own deadlines, well within this.
constexpr auto contact_deadline = 5min;

} // namespace

void founding_state::start(
  const actors::actor_context* context, disk* disk, links_actor links, founding core,
  duration period) {
  context_ = context;
  disk_ = disk;
  links_ = std::move(links);
  core_.emplace(std::move(core));
  period_ = period;
  self_->send(links_, subscribe_links{caf::actor_cast<link_listener>(self_)});
}

// Nothing is founded before somebody wants it: a node that cannot listen ends, and must
// leave no charter behind.
void founding_state::begin_founding() {
  begun_ = true;
  perform(core_->start());
  context_->clock->after(self_, period_, caf::tick_atom_v);
}

void founding_state::on(const peer_identity& from, const founding_message& x) {
  if (from.role == link_role::node)
    perform(core_->heard(from.id, x));
}

void founding_state::on(const link_news& x) {
  if (x.kind == link::news_kind::up && x.peer.role == link_role::node)
    perform(core_->met(x.peer.id, {}));
}

caf::result<charter> founding_state::await_charter() {
  if (!begun_)
    begin_founding();
  if (core_->agreed())
    return *core_->agreed();
  waiting_.push_back(self_->make_response_promise<charter>());
  return waiting_.back();
}

void founding_state::tick() {
  if (core_->agreed())
    return;
  perform(core_->tick());
  context_->clock->after(self_, period_, caf::tick_atom_v);
}

void founding_state::perform(founding::output out) {
  if (out.store)
    store(*out.store);
  for (auto& [to, message] : out.sends)
    self_->send(links_, post{to, founding_name, caf::make_message(std::move(message))});
  for (const auto& address : out.dials)
    dial(address);
  for (const auto& why : out.complaints)
    context_->log.error("the cluster cannot be founded", "why", render(why));
  if (!out.done)
    return;
  context_->log.info("cluster", "id", out.done->cluster);
  self_->send(links_, cluster_joined{out.done->cluster});
  for (auto& promise : std::exchange(waiting_, {}))
    promise.deliver(*out.done);
}

void founding_state::store(const charter& x) {
  if (auto why = store_charter(*disk_, x)) {
    context_->log.error("the charter cannot be stored", "why", render(why));
    self_->quit(std::move(why));
    return;
  }
  perform(core_->stored());
}

void founding_state::dial(const std::string& address) {
  if (!dialling_.insert(address).second)
    return;
  self_->request(links_, contact_deadline, contact{address})
    .then(
      [this, address](const peer_identity& peer) {
        dialling_.erase(address);
        if (peer.role == link_role::node)
          perform(core_->met(peer.id, address));
      },
      [this, address](const error& why) {
        dialling_.erase(address);
        context_->log.debug("dial failed", "address", address, "why", render(why));
      });
}

founding_actor::behavior_type make_founding(
  founding_actor::stateful_pointer<founding_state> self,
  const actors::actor_context* context, disk* disk, links_actor links, founding core,
  duration period) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, disk, std::move(links), std::move(core), period);
  return {
    [state](const peer_identity& from, const founding_message& x) { state->on(from, x); },
    [state](const link_news& x) { state->on(x); },
    [state](atom::await_charter) { return state->await_charter(); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::cluster
