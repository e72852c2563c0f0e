#include "storage/catalog/catalog_feed_actor.hpp"

#include "storage/placement.hpp"

#include <utility>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

// The registry is on this node; who is silent for so long is stuck.
constexpr auto answer_deadline = 30s;

} // namespace

void catalog_feed_state::start(
  const actors::actor_context* context, registry::registry_actor registry,
  catalog_feed core) {
  context_ = context;
  registry_ = std::move(registry);
  core_.emplace(std::move(core));
  perform(core_->start(now()));
}

void catalog_feed_state::on(const apply_job& x) {
  if (x.shard == catalog_shard)
    perform(core_->applied(x.batch, now()));
}

void catalog_feed_state::tick(std::uint64_t number) {
  if (!alarm_.rings(number))
    return;
  perform(core_->tick(now()));
}

void catalog_feed_state::perform(catalog_feed::output out) {
  if (out.changes)
    tell(std::move(*out.changes));
  if (out.state)
    tell(std::move(*out.state));
  alarm_.plan(self_, *context_->clock, out.wake_at);
}

template <class Told>
void catalog_feed_state::tell(Told what) {
  self_->request(registry_, answer_deadline, std::move(what))
    .then(
      [this](caf::ok_atom) { perform(core_->told(now())); },
      [this](const error& e) {
        auto why = actors::ours(e);
        // That the registry lacks what came before is nobody's fault.
        if (why != ec::wrong_state)
          context_->log.warn(
            "the registry does not take the catalog's news", "why", render(why));
        perform(core_->refused(why, now()));
      });
}

catalog_feed_actor::behavior_type make_catalog_feed(
  catalog_feed_actor::stateful_pointer<catalog_feed_state> self,
  const actors::actor_context* context, registry::registry_actor registry,
  catalog_feed core) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(registry), std::move(core));
  return {
    [state](const apply_job& x) { state->on(x); },
    [state](caf::tick_atom, std::uint64_t number) { state->tick(number); },
  };
}

} // namespace troupe::storage
