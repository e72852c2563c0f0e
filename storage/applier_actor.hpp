/// Applies committed records to the stores of a node's replicas, and lets what was
/// applied become durable now and then.
///
/// Applying waits for the store: spawn it detached where threads are real. A flush waits
/// for longer, so the flusher is an actor of its own, detached as well, and applies go on
/// beside it. Trouble with a store ends either of them, and with it the node.
#pragma once

#include "actors/behavior.hpp"
#include "actors/wake_timer.hpp"
#include "storage/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::storage {

struct applier_config {
  /// Applied bytes of one store that a crash may have to apply again. Larger flushes
  /// less often and starts slower.
  std::size_t flush_bytes = std::size_t{32} << 20;

  /// What was applied is flushed after so long at the latest. Shorter lets logs go
  /// sooner.
  duration flush_after = std::chrono::seconds{30};
};

using flusher_actor = caf::typed_actor<
  // Makes durable what the store has applied; answered with `flush_done`.
  caf::reacts_to<flush_store>>;

/// Spawn function. Ends with the error of the first flush that fails.
/// @pre `context` outlives the actor.
flusher_actor::behavior_type
make_flusher(flusher_actor::pointer self, const actors::actor_context* context);

using applier_actor = caf::typed_actor<
  // From a replica, once, before its first job.
  caf::reacts_to<serve_store>,
  // From a replica; answered with `batch_applied` once readers see it, and at some later
  // time with `store_flushed`.
  caf::reacts_to<apply_job>,
  // From the flusher.
  caf::reacts_to<flush_done>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

class applier_state {
public:
  static inline constexpr const char* name = "applier";
  using pointer = applier_actor::stateful_pointer<applier_state>;

  explicit applier_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, flusher_actor flusher,
    const applier_config& config);

  void on(serve_store& x);
  void on(apply_job& x);
  void on(const flush_done& x);
  void tick(std::uint64_t number);

private:
  struct entry {
    std::shared_ptr<store> what;
    replica_actor owner;
    apply_listener feed;
    std::size_t dirty_bytes = 0; // Applied since the last flush began.
    time_point dirty_since = time_point::max();
    bool flushing = false;
  };

  void flush_if_due(shard_id shard, entry& x);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  flusher_actor flusher_;
  applier_config config_;
  std::map<shard_id, entry> stores_;
  actors::wake_timer alarm_;
};

/// Spawn function. Ends with the error of the first batch that cannot be applied.
/// @pre `context` outlives the actor.
applier_actor::behavior_type make_applier(
  applier_actor::stateful_pointer<applier_state> self,
  const actors::actor_context* context, flusher_actor flusher,
  const applier_config& config);

} // namespace troupe::storage
