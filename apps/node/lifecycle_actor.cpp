#include "apps/node/lifecycle_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// Answers of the node's own actors; late ones mean that the process is stuck.
constexpr auto step_deadline = 10s;

// Founding waits for machines to be switched on; it is asked again this often.
constexpr auto founding_deadline = 60s;

// A contact ends by the links' own deadlines, well within this.
constexpr auto contact_deadline = 5min;

// Who has just become ready hears of all members at once; those were there before it.
constexpr auto new_for = 1s;

} // namespace

std::string_view to_string(node_phase x) {
  switch (x) {
    case node_phase::founding:
      return "founding";
    case node_phase::joining:
      return "joining";
    case node_phase::ready:
      return "ready";
    case node_phase::leaving:
      return "leaving";
  }
  return "unknown";
}

void lifecycle_state::start(
  const actors::actor_context* context, const node_actors* others,
  lifecycle_config config) {
  context_ = context;
  others_ = others;
  config_ = std::move(config);
  listen();
}

void lifecycle_state::become(node_phase phase) {
  progress_.phase = phase;
  became_at_ = context_->clock->now();
  config_.entered(phase);
  context_->log.info("node", "phase", to_string(phase));
}

void lifecycle_state::give_up(const error& why) {
  context_->log.error("the node cannot live", "why", render(why));
  config_.ended(why);
}

// -- the way in
// ---------------------------------------------------------------------------

void lifecycle_state::listen() {
  self_->request(others_->get().links, step_deadline, cluster::listen_at{config_.listen})
    .then(
      [this](const std::string& where) {
        context_->log.info("listening", "link", where);
        await_charter();
      },
      [this](const error& why) { give_up(why); });
}

void lifecycle_state::await_charter() {
  self_
    ->request(others_->get().founding, founding_deadline, cluster::atom::await_charter_v)
    .then(
      [this](const cluster::charter& x) {
        progress_.charter = x;
        if (progress_.phase == node_phase::founding)
          join();
      },
      [this](const error& why) {
        if (code_of(actors::ours(why)) == ec::deadline_exceeded)
          await_charter();
        else
          give_up(why);
      });
}

void lifecycle_state::join() {
  become(node_phase::joining);
  for (auto& x : config_.late_children(*progress_.charter))
    to_add_.push_back(std::move(x));
  add_next_child();
}

void lifecycle_state::add_next_child() {
  if (progress_.phase != node_phase::joining)
    return; // It leaves; what would start now would outlast the goodbye.
  if (to_add_.empty()) {
    watch_members();
    return;
  }
  auto next = std::move(to_add_.front());
  to_add_.pop_front();
  self_->request(others_->get().root, step_deadline, caf::add_atom_v, std::move(next))
    .then([this] { add_next_child(); }, [this](const error& why) { give_up(why); });
}

void lifecycle_state::watch_members() {
  if (config_.alone)
    become(node_phase::ready);
  self_->send(
    others_->get().membership,
    cluster::subscribe_members{caf::actor_cast<cluster::member_listener>(self_)});
  self_->send(
    others_->get().links,
    cluster::subscribe_links{caf::actor_cast<cluster::link_listener>(self_)});
}

void lifecycle_state::on(const cluster::member_news& x) {
  auto is_self = x.about.node.id == config_.self;
  if (!is_self && present(x.about.state) && progress_.phase == node_phase::joining)
    become(node_phase::ready);
  seek_rival(x.about);
  if (x.what == cluster::member_event::expelled)
    give_up(fail(
      ec::wrong_state, "the cluster has forgotten this node; start it with an empty data "
                       "directory as a new one"));
  if (x.what == cluster::member_event::outlived)
    give_up(fail(
      ec::stale_incarnation,
      "the cluster knows a later incarnation of this node; the data "
      "directory is an old copy, start with an empty one"));
}

// Whoever goes by names would mix two live members of one name up. One that cannot be met
// is no rival: its node has lost its disk, most often, and is this one now, under another
// id. Whether the contact comes first, or a link that it opens itself, is left to chance.
void lifecycle_state::seek_rival(const cluster::member& x) {
  if (x.node.id == config_.self || x.node.name != config_.name)
    return;
  if (!present(x.state)) {
    rivals_.erase(x.node.id);
    return;
  }
  const auto& address = x.endpoints.link;
  if (
    address == config_.advertise
    || !rivals_.try_emplace(x.node.id, rival{address, must_yield(), false}).second)
    return;
  self_->request(others_->get().links, contact_deadline, cluster::contact{address})
    .then(
      [this](const cluster::peer_identity& peer) { met(peer); },
      [this, address](const error& why) {
        context_->log.debug(
          "a member of our name was not met", "address", address, "why", render(why));
      });
}

// A founder stays, whoever came first: replicas live on it.
bool lifecycle_state::must_yield() const {
  const auto is_new = progress_.phase == node_phase::joining
                      || context_->clock->now() - became_at_ < new_for;
  return is_new
         && std::ranges::find(progress_.charter->founders, config_.self)
              == progress_.charter->founders.end();
}

void lifecycle_state::on(const cluster::link_news& x) {
  if (x.kind == cluster::link::news_kind::up)
    met(x.peer);
}

void lifecycle_state::met(const cluster::peer_identity& peer) {
  auto found = rivals_.find(peer.id);
  if (found == rivals_.end() || std::exchange(found->second.told, true))
    return;
  auto why = fail(
    ec::already_exists,
    "the name " + config_.name.value() + " belongs to the live member "
      + to_string(peer.id) + " at " + found->second.address + ", and to node "
      + to_string(config_.self) + "; start one of them with another node.name (--name)");
  if (found->second.stays && progress_.phase != node_phase::leaving)
    give_up(why);
  else
    context_->log.error("two members have one name", "why", render(why));
}

// -- the way out
// --------------------------------------------------------------------------

caf::result<leave_reply> lifecycle_state::leave() {
  leaving_.push_back(self_->make_response_promise<leave_reply>());
  auto result = leaving_.back();
  auto was = progress_.phase;
  if (was != node_phase::leaving) {
    become(node_phase::leaving);
    if (was == node_phase::founding)
      finish();
    else
      hand_over();
  }
  return result;
}

// Others go on without an election, and so without a pause.
void lifecycle_state::hand_over() {
  if (!others_->get().shards) {
    withdraw();
    return;
  }
  self_
    ->request(
      others_->get().shards, config_.hand_over, storage::atom::hand_over_v,
      config_.hand_over)
    .then(
      [this](caf::ok_atom) { withdraw(); },
      [this](const error& why) {
        context_->log.warn("leaving as master of a shard", "why", render(why));
        withdraw();
      });
}

void lifecycle_state::withdraw() {
  if (!others_->get().registry) {
    depart();
    return;
  }
  self_->request(others_->get().registry, step_deadline, registry::atom::withdraw_v)
    .then(
      [this](caf::ok_atom) { depart(); },
      [this](const error& why) {
        context_->log.warn("leaving without deregistration", "why", render(why));
        depart();
      });
}

void lifecycle_state::depart() {
  if (!others_->get().membership) {
    close_links();
    return;
  }
  self_->request(others_->get().membership, step_deadline, cluster::atom::depart_v)
    .then(
      [this](caf::ok_atom) { finish(); },
      [this](const error& why) {
        context_->log.warn("leaving without a word to the members", "why", render(why));
        finish();
      });
}

// The one who asked is answered while there is a link to answer through.
void lifecycle_state::finish() {
  for (auto& promise : std::exchange(leaving_, {}))
    promise.deliver(leave_reply{});
  close_links();
}

void lifecycle_state::close_links() {
  self_->request(others_->get().links, step_deadline, cluster::atom::leave_links_v)
    .then(
      [this](caf::ok_atom) { config_.ended({}); },
      [this](const error& why) {
        context_->log.warn("some links did not close in time", "why", render(why));
        config_.ended({});
      });
}

lifecycle_actor::behavior_type make_lifecycle(
  lifecycle_actor::stateful_pointer<lifecycle_state> self,
  const actors::actor_context* context, const node_actors* others,
  lifecycle_config config) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, others, std::move(config));
  return {
    [state](atom::phase) { return state->progress(); },
    [state](atom::leave) { return state->leave(); },
    [state](const cluster::member_news& x) { state->on(x); },
    [state](const cluster::link_news& x) { state->on(x); },
  };
}

} // namespace troupe::apps
