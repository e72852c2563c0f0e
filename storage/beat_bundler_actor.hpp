/// Runs a node's `beat_bundles`: Beats of its replicas in, one message to each peer out;
/// messages of peers' bundlers in, Beats to its replicas out.
///
/// What came within a moment of the first leaves together. What a read waits for does not
/// come here.
#pragma once

#include "actors/behavior.hpp"
#include "cluster/links_actor.hpp"
#include "storage/beat_bundles.hpp"
#include "storage/messages.hpp"

#include <map>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::storage {

/// Its name in each node's directory.
inline constexpr auto beat_bundler_name = "shards/beats";

class beat_bundler_state {
public:
  static inline constexpr const char* name = "beat-bundler";
  using pointer = beat_bundler_actor::stateful_pointer<beat_bundler_state>;

  explicit beat_bundler_state(pointer self) : self_{self} {}

  void start(const actors::actor_context* context, note_sender links);

  void on(node_beat& x);
  void on(const cluster::peer_identity& from, const beat_bundle& x);
  void on(const cluster::link_news& x);
  void on(const replica_opened& x);
  void flush();

private:
  void send(const node_id& to, beat_bundle x);

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  note_sender links_;
  beat_bundles core_;
  std::map<shard_id, replica_actor> replicas_;
};

/// Spawn function. Whoever spawns it lets the links tell it their news, and tells it of
/// the node's replicas.
/// @pre `context` outlives the actor.
beat_bundler_actor::behavior_type make_beat_bundler(
  beat_bundler_actor::stateful_pointer<beat_bundler_state> self,
  const actors::actor_context* context, note_sender links);

} // namespace troupe::storage
