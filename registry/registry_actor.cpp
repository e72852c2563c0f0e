#include "registry/registry_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::registry {

namespace {

using namespace std::chrono_literals;

// A dial ends by the links' own deadlines, well within this.
constexpr auto probe_deadline = 5min;

// A subscriber that has not taken in a push by then is stuck; its supervisor's business.
constexpr auto push_deadline = 1min;

} // namespace

void registry_state::start(
  const actors::actor_context* context, cluster::links_actor links,
  const cluster::membership_actor& membership, registry_core core) {
  context_ = context;
  links_ = std::move(links);
  core_.emplace(std::move(core));
  self_->set_down_handler([this](const caf::down_msg& x) { unsubscribe(x); });
  self_->send(
    membership,
    cluster::subscribe_members{caf::actor_cast<cluster::member_listener>(self_)});
  perform(core_->tick(now()));
}

// -- other nodes
// --------------------------------------------------------------------------

void registry_state::on(const cluster::peer_identity& from, const sync_message& x) {
  perform(core_->heard(from.id, x, now()));
}

void registry_state::on(const cluster::member_news& x) {
  const auto& id = x.about.node.id;
  auto incarnation = x.about.node.incarnation;
  if (x.what != cluster::member_event::reclaimed)
    addresses_.insert_or_assign(id, x.about.endpoints.link);
  switch (x.what) {
    case cluster::member_event::died:
      perform(core_->owner_down(id, incarnation, now()));
      break;
    case cluster::member_event::left:
      perform(core_->owner_left(id, incarnation, now()));
      break;
    case cluster::member_event::reclaimed:
      addresses_.erase(id);
      break; // Its entries go by the registry's own `retention`.
    case cluster::member_event::forgotten:
      addresses_.erase(id);
      perform(core_->owner_left(id, incarnation, now()));
      break;
    default:
      if (!present(x.about.state))
        break;
      perform(core_->owner_up(id, incarnation, now()));
      if (x.what == cluster::member_event::joined)
        perform(core_->sync_with(id, now()));
  }
}

void registry_state::probe(const owner_watch::probe& x) {
  auto address = addresses_.find(x.node);
  if (address == addresses_.end() || address->second.empty()) {
    perform(core_->probed(x.node, x.incarnation, false, now()));
    return;
  }
  self_->request(links_, probe_deadline, cluster::contact{address->second})
    .then(
      [this, x](const cluster::peer_identity& peer) {
        auto is_it = peer.id == x.node && peer.incarnation == x.incarnation;
        perform(core_->probed(x.node, x.incarnation, is_it, now()));
      },
      [this, x](const error&) {
        perform(core_->probed(x.node, x.incarnation, false, now()));
      });
}

// -- this node
// ----------------------------------------------------------------------------

caf::result<caf::ok_atom> registry_state::settle(expected<registry_core::output> out) {
  if (!out)
    return std::move(out.error());
  perform(std::move(*out));
  return caf::ok_atom_v;
}

caf::result<caf::ok_atom> registry_state::on(put_entry& x) {
  return settle(core_->put(x.key, std::move(x.value), now()));
}

caf::result<caf::ok_atom> registry_state::on(const erase_entry& x) {
  return settle(core_->erase(x.key, now()));
}

caf::result<caf::ok_atom> registry_state::on(catalog_delta& x) {
  return settle(core_->catalog_changed(x.from, x.to, std::move(x.entries), now()));
}

caf::result<caf::ok_atom> registry_state::on(catalog_state& x) {
  return settle(core_->catalog_snapshot(x.at, std::move(x.entries), now()));
}

caf::result<caf::ok_atom> registry_state::on(const subscribe_entries& x) {
  auto id = subscriber_id{++last_subscriber_};
  auto out = core_->subscribe(id, x.wanted, now());
  if (!out)
    return std::move(out.error());
  subscribers_.insert_or_assign(x.listener.address(), subscriber{id, x.listener});
  self_->monitor(x.listener);
  perform(std::move(*out));
  return caf::ok_atom_v;
}

caf::result<caf::ok_atom> registry_state::withdraw() {
  perform(core_->deregister_all(now()));
  return caf::ok_atom_v;
}

std::vector<view_entry> registry_state::find(const lookup& x) const {
  return core_->lookup(x.kind, x.name);
}

void registry_state::unsubscribe(const caf::down_msg& x) {
  if (auto found = subscribers_.extract(x.source); !found.empty())
    core_->unsubscribe(found.mapped().id);
}

// -- output
// -------------------------------------------------------------------------------

void registry_state::tick(std::uint64_t number) {
  if (!alarm_.rings(number))
    return;
  perform(core_->tick(now()));
}

void registry_state::perform(registry_core::output out) {
  for (auto& [to, what] : out.sends)
    self_->send(
      links_, cluster::post{to, registry_name, caf::make_message(std::move(what))});
  for (auto& x : out.pushes)
    send_push(std::move(x));
  for (const auto& x : out.probes)
    probe(x);
  for (const auto& x : out.reports)
    context_->log.warn(
      "registry report", "peer", x.peer, "owner", to_string(x.owner), "why",
      render(x.why));
  alarm_.plan(self_, *context_->clock, out.wake);
}

void registry_state::send_push(push x) {
  auto found
    = std::find_if(subscribers_.begin(), subscribers_.end(), [&](const auto& entry) {
        return entry.second.id == x.to;
      });
  if (found == subscribers_.end())
    return;
  self_->request(found->second.listener, push_deadline, x)
    .then(
      [this, id = x.to](std::uint64_t number) {
        if (auto out = core_->acked(id, number, now()))
          perform(std::move(*out));
        else
          context_->log.error(
            "a subscriber acknowledges what was not sent", "why", render(out.error()));
      },
      [this](const error& why) {
        context_->log.warn("a subscriber did not take a push", "why", render(why));
      });
}

registry_actor::behavior_type make_registry(
  registry_actor::stateful_pointer<registry_state> self,
  const actors::actor_context* context, cluster::links_actor links,
  const cluster::membership_actor& membership, registry_core core) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(links), membership, std::move(core));
  return {
    [state](const cluster::peer_identity& from, const sync_message& x) {
      state->on(from, x);
    },
    [state](const cluster::member_news& x) { state->on(x); },
    [state](put_entry& x) { return state->on(x); },
    [state](const erase_entry& x) { return state->on(x); },
    [state](catalog_delta& x) { return state->on(x); },
    [state](catalog_state& x) { return state->on(x); },
    [state](const lookup& x) { return state->find(x); },
    [state](const subscribe_entries& x) { return state->on(x); },
    [state](atom::withdraw) { return state->withdraw(); },
    [state](caf::tick_atom, std::uint64_t number) { state->tick(number); },
  };
}

} // namespace troupe::registry
