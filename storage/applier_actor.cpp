#include "storage/applier_actor.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::storage {

flusher_actor::behavior_type
make_flusher(flusher_actor::pointer self, const actors::actor_context* context) {
  actors::install_defaults(self, context);
  return {[self, context](const flush_store& x) {
    auto flushed = x.what->flush();
    if (flushed) {
      self->send(x.to, flush_done{x.shard, flushed->seq});
      return;
    }
    context->log.error(
      "a store cannot be made durable", "shard", x.shard, "why", flushed.error());
    self->quit(std::move(flushed.error()));
  }};
}

void applier_state::start(
  const actors::actor_context* context, flusher_actor flusher,
  const applier_config& config) {
  context_ = context;
  flusher_ = std::move(flusher);
  config_ = config;
}

void applier_state::on(serve_store& x) {
  auto made = entry{};
  made.what = std::move(x.what);
  made.owner = std::move(x.owner);
  made.feed = std::move(x.feed);
  auto added = stores_.try_emplace(x.shard, std::move(made)).second;
  TROUPE_ASSERT(added);
}

void applier_state::on(apply_job& x) {
  auto& to = stores_.at(x.shard);
  if (auto why = to.what->apply(x.batch)) {
    context_->log.error("records cannot be applied", "shard", x.shard, "why", why);
    self_->quit(std::move(why));
    return;
  }
  self_->send(to.owner, batch_applied{x.batch.last().seq});
  to.dirty_bytes += bytes_of(x.batch);
  to.dirty_since = std::min(to.dirty_since, now());
  flush_if_due(x.shard, to);
  if (to.feed)
    self_->send(to.feed, std::move(x));
}

void applier_state::flush_if_due(shard_id shard, entry& x) {
  if (x.flushing || x.dirty_since == time_point::max())
    return;
  auto due = x.dirty_since + config_.flush_after;
  if (x.dirty_bytes < config_.flush_bytes && now() < due) {
    alarm_.plan(self_, *context_->clock, due);
    return;
  }
  x.flushing = true;
  x.dirty_bytes = 0;
  x.dirty_since = time_point::max();
  self_->send(flusher_, flush_store{shard, x.what, self_});
}

void applier_state::on(const flush_done& x) {
  auto& from = stores_.at(x.shard);
  from.flushing = false;
  self_->send(from.owner, store_flushed{x.seq});
  flush_if_due(x.shard, from);
}

void applier_state::tick(std::uint64_t number) {
  if (!alarm_.rings(number))
    return;
  for (auto& [shard, x] : stores_)
    flush_if_due(shard, x);
}

applier_actor::behavior_type make_applier(
  applier_actor::stateful_pointer<applier_state> self,
  const actors::actor_context* context, flusher_actor flusher,
  const applier_config& config) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(flusher), config);
  return {
    [state](serve_store& x) { state->on(x); },
    [state](apply_job& x) { state->on(x); },
    [state](const flush_done& x) { state->on(x); },
    [state](caf::tick_atom, std::uint64_t number) { state->tick(number); },
  };
}

} // namespace troupe::storage
