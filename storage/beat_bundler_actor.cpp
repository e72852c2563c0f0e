#include "storage/beat_bundler_actor.hpp"

#include <chrono>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::storage {

namespace {

// Little beside a beat, and more than it takes the replicas of a node to wake up.
constexpr auto gather_for = std::chrono::milliseconds{2};

} // namespace

void beat_bundler_state::start(const actors::actor_context* context, note_sender links) {
  context_ = context;
  links_ = std::move(links);
}

void beat_bundler_state::on(node_beat& x) {
  auto was_empty = core_.empty();
  auto advice = core_.add(x.to, x.what, context_->clock->now());
  if (advice.greets)
    send(x.to, {});
  if (!advice.bundled)
    self_->send(
      links_, cluster::post{
                x.to, shard_name(x.what.shard), caf::make_message(std::move(x.what))});
  else if (was_empty)
    context_->clock->after(self_, duration{gather_for}, caf::flush_atom_v);
}

void beat_bundler_state::on(const cluster::peer_identity& from, const beat_bundle& x) {
  if (core_.heard(from.id, from.incarnation))
    send(from.id, {});
  for (const auto& each : x.messages)
    if (auto replica = replicas_.find(each.shard); replica != replicas_.end())
      self_->send(replica->second, from, each);
}

void beat_bundler_state::on(const cluster::link_news& x) {
  if (x.kind == cluster::link::news_kind::up)
    core_.is_up(x.peer.id, x.peer.incarnation);
}

void beat_bundler_state::on(const replica_opened& x) {
  replicas_.insert_or_assign(x.shard, x.replica);
}

void beat_bundler_state::flush() {
  for (auto& [to, bundle] : core_.take())
    send(to, std::move(bundle));
}

void beat_bundler_state::send(const node_id& to, beat_bundle x) {
  self_->send(
    links_, cluster::post{to, beat_bundler_name, caf::make_message(std::move(x))});
}

beat_bundler_actor::behavior_type make_beat_bundler(
  beat_bundler_actor::stateful_pointer<beat_bundler_state> self,
  const actors::actor_context* context, note_sender links) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(links));
  return {
    [state](node_beat& x) { state->on(x); },
    [state](const cluster::peer_identity& from, const beat_bundle& x) {
      state->on(from, x);
    },
    [state](const cluster::link_news& x) { state->on(x); },
    [state](const replica_opened& x) { state->on(x); },
    [state](caf::flush_atom) { state->flush(); },
  };
}

} // namespace troupe::storage
