#include "cluster/membership_actor.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::cluster {

namespace {

// A contact ends by the links' own deadlines, well within this.
constexpr auto probed_contact_deadline = std::chrono::minutes{5};

} // namespace

void membership_state::start(
  const actors::actor_context* context, links_actor links, membership core) {
  context_ = context;
  links_ = std::move(links);
  core_.emplace(std::move(core));
  self_->set_down_handler([this](const caf::down_msg& x) { listeners_.erase(x.source); });
  self_->send(
    links_, subscribe_links{caf::actor_cast<link_listener>(
              membership_actor{static_cast<membership_actor::pointer>(self_)})});
  perform(core_->start(now()));
}

void membership_state::on(const peer_identity& from, const membership_message& x) {
  perform(std::visit(
    [&](const auto& message) { return core_->received(from.id, message, now()); }, x));
}

void membership_state::on(const link_news& x) {
  if (x.peer.role != link_role::node)
    return;
  if (x.kind == link::news_kind::up)
    perform(core_->peer_connected(x.peer.id, x.peer.incarnation, {}, now()));
  else
    perform(core_->link_broke(x.peer.id, now()));
}

void membership_state::on(const subscribe_members& x) {
  listeners_.emplace(x.listener.address(), x.listener);
  self_->monitor(x.listener);
  for (const auto& [id, about] : core_->members())
    self_->send(x.listener, member_news{member_event::joined, about, {}});
}

std::vector<member> membership_state::list() const {
  auto result = std::vector<member>{};
  for (const auto& [id, about] : core_->members())
    result.push_back(about);
  return result;
}

caf::result<caf::ok_atom> membership_state::depart() {
  auto promise = self_->make_response_promise<caf::ok_atom>();
  departing_.push_back(promise);
  perform(core_->leave(now()));
  return promise;
}

caf::result<caf::ok_atom> membership_state::on(const forget_member& x) {
  auto out = core_->forget(x.id, now());
  if (!out)
    return std::move(out.error());
  perform(std::move(*out));
  return caf::ok_atom_v;
}

void membership_state::tick(std::uint64_t number) {
  if (!alarm_.rings(number))
    return;
  perform(core_->tick(now()));
}

void membership_state::perform(membership::output out) {
  for (auto& x : out.sends)
    self_->send(
      links_, post{x.to, membership_name, caf::make_message(std::move(x.message))});
  for (const auto& x : out.news)
    tell(x);
  for (const auto& x : out.redials)
    redial(x);
  alarm_.plan(self_, *context_->clock, out.next_wake);
  if (std::exchange(told_health_, out.health) != out.health)
    self_->send(links_, own_health{out.health});
}

void membership_state::tell(const member_news& x) {
  log(x);
  const auto& about = x.about;
  if (x.what == member_event::departed)
    for (auto& promise : std::exchange(departing_, {}))
      promise.deliver(caf::ok_atom_v);
  if (about.node.id != core_->self().node.id) {
    if (present(about.state))
      self_->send(links_, peer_moved{about.node.id, about.endpoints.link});
    else
      self_->send(links_, peer_died{about.node.id, about.node.incarnation});
    if (x.what == member_event::forgotten || x.what == member_event::reclaimed)
      self_->send(links_, peer_forgotten{about.node.id});
  }
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, x);
}

void membership_state::log(const member_news& x) {
  const auto& about = x.about;
  // Most often one of them has ended, and is only not known to be dead yet: it has lost
  // its disk, and is the other now. The bearers find out.
  if (x.what == member_event::name_conflict)
    context_->log.info(
      "two members have one name for now", "name", about.node.name, "id", about.node.id,
      "rival", x.rival);
  else
    context_->log.info(
      "member", "event", to_string(x.what), "name", about.node.name, "incarnation",
      about.node.incarnation, "link", about.endpoints.link, "id", about.node.id);
}

// Whoever answers is told to the core as connected; a failed dial is no news, the core
// asks again in its own time.
void membership_state::redial(const membership::contact& x) {
  self_->request(links_, probed_contact_deadline, contact{x.address})
    .then(
      [this, dialled = x.address](const peer_identity& peer) {
        if (peer.role == link_role::node)
          perform(core_->peer_connected(peer.id, peer.incarnation, dialled, now()));
      },
      [this, dialled = x.address](const error& why) {
        context_->log.debug("dial failed", "address", dialled, "why", render(why));
      });
}

membership_actor::behavior_type make_membership(
  membership_actor::stateful_pointer<membership_state> self,
  const actors::actor_context* context, links_actor links, membership core) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(links), std::move(core));
  return {
    [state](const peer_identity& from, const membership_message& x) {
      state->on(from, x);
    },
    [state](const link_news& x) { state->on(x); },
    [state](const subscribe_members& x) { state->on(x); },
    [state](atom::members) { return state->list(); },
    [state](atom::depart) { return state->depart(); },
    [state](const forget_member& x) { return state->on(x); },
    [state](caf::tick_atom, std::uint64_t number) { state->tick(number); },
  };
}

} // namespace troupe::cluster
