/// Runs the `catalog_feed` of a node that holds a replica of the catalog: applied batches
/// in, news to the registry out.
///
/// The applier sends it the catalog's jobs (it is an `apply_listener`), from the first
/// one behind the state that `core` was made from.
#pragma once

#include "actors/behavior.hpp"
#include "actors/wake_timer.hpp"
#include "registry/registry_actor.hpp"
#include "storage/catalog/catalog_feed.hpp"
#include "storage/messages.hpp"

#include <cstdint>
#include <optional>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::storage {

using catalog_feed_actor = caf::typed_actor<
  // From the applier; jobs of other shards are ignored.
  caf::reacts_to<apply_job>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

class catalog_feed_state {
public:
  static inline constexpr const char* name = "catalog-feed";
  using pointer = catalog_feed_actor::stateful_pointer<catalog_feed_state>;

  explicit catalog_feed_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, registry::registry_actor registry,
    catalog_feed core);

  void on(const apply_job& x);
  void tick(std::uint64_t number);

private:
  void perform(catalog_feed::output out);
  template <class Told>
  void tell(Told what);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  registry::registry_actor registry_;
  std::optional<catalog_feed> core_;
  actors::wake_timer alarm_;
};

/// Spawn function; tells the state at once.
/// @param core made from the store before the applier begins.
/// @pre `context` outlives the actor.
catalog_feed_actor::behavior_type make_catalog_feed(
  catalog_feed_actor::stateful_pointer<catalog_feed_state> self,
  const actors::actor_context* context, registry::registry_actor registry,
  catalog_feed core);

} // namespace troupe::storage
