/// Runs the `placer` of a node that holds a replica of the catalog: news of members and
/// of that replica in, reads and writes of the catalog through it out.
///
/// Listens to membership by itself; whoever spawns it makes it hear of the node's
/// replicas (it is a `replica_listener`), from the start.
#pragma once

#include "actors/behavior.hpp"
#include "actors/wake_timer.hpp"
#include "cluster/membership_actor.hpp"
#include "storage/catalog/placer.hpp"
#include "storage/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

CAF_ADD_ATOM(storage, troupe::storage::atom, placing, "placing")

namespace troupe::storage {

struct placer_answers {
  std::vector<data_answer> what;
};

using placer_actor = caf::typed_actor<
  // From membership.
  caf::reacts_to<cluster::member_news>,
  // From the node's shards; only the catalog's replica matters.
  caf::reacts_to<replica_news>,
  // Why shards wait to be placed, as a sentence; empty when none does.
  caf::replies_to<atom::placing>::with<std::string>,
  // Private: answers of the catalog's replica.
  caf::reacts_to<placer_answers>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

/// Who writes: the placer of one incarnation of one node.
struct placer_identity {
  node_id node;
  troupe::incarnation incarnation;
};

class placer_state {
public:
  static inline constexpr const char* name = "placer";
  using pointer = placer_actor::stateful_pointer<placer_state>;

  explicit placer_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, const placer_identity& who,
    const cluster::membership_actor& membership, replica_actor catalog, placer core);

  void on(const cluster::member_news& x);
  void on(const replica_news& x);
  void on(const placer_answers& x);
  void tick(std::uint64_t number);
  [[nodiscard]] const std::string& status() const { return core_->status(); }

private:
  void perform(placer::output out);
  void list();
  void put(const std::vector<catalog_put>& puts);
  void begin(bool writing);
  template <class What>
  void ask(What what);
  void submit();
  void take(const data_answer& x);
  void finish();
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  placer_identity who_;
  replica_actor catalog_;
  std::optional<placer> core_;
  std::shared_ptr<answer_sink> sink_;
  // What is asked of the catalog: one group of requests at a time.
  std::vector<data_request> requests_;
  std::uint64_t last_request_ = 0;
  std::uint64_t first_open_ = 1; // All requests before are answered or given up.
  std::size_t unanswered_ = 0;   // Of those from `first_open_` on.
  bool writing_ = false;
  std::string trouble_; // With one of them, for people.
  std::vector<catalog_entry> read_;
  actors::wake_timer alarm_;
};

/// Spawn function.
/// @param catalog this node's replica of shard 0.
/// @pre `context` outlives the actor.
placer_actor::behavior_type make_placer(
  placer_actor::stateful_pointer<placer_state> self, const actors::actor_context* context,
  const placer_identity& who, const cluster::membership_actor& membership,
  replica_actor catalog, placer core);

} // namespace troupe::storage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::placer_answers)
