/// Puts the Beats, and their acknowledgements, that this node's replicas send to one
/// other node into one message.
///
/// A node that holds many shards would otherwise send each of its peers a message for
/// each shard at every beat. All masters of a node beat at the same moments
/// (`send_beats`), so their Beats come together, and so do the answers.
///
/// A peer gets bundles once it has sent one itself: one of an earlier version never does.
/// So an empty bundle goes to each peer first, again after a while, until there is an
/// answer; meanwhile messages go to it one by one.
///
/// Pure; not thread-safe. Cost: O(log peers) a message.
/// Source: replication section 12.
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"
#include "storage/replica/protocol.hpp"

#include <chrono>
#include <map>
#include <vector>

namespace troupe::storage {

/// Messages of replicas of one node to replicas of another, in no order; none is as good
/// as any. All are Beats or acknowledgements of such.
struct beat_bundle {
  std::vector<message> messages;

  friend bool operator==(const beat_bundle&, const beat_bundle&) = default;
};

[[nodiscard]] bool is_beat(const message& x);

/// Whether `x` is a Beat, or an acknowledgement, that can wait for others: no read waits
/// for it.
[[nodiscard]] bool may_be_bundled(const message& x);

class beat_bundles {
public:
  /// Wait before a peer that has not answered is sent another empty bundle.
  static constexpr auto greet_again_after = std::chrono::seconds{5};

  /// What to do with a message.
  struct advice {
    bool bundled = false; ///< It was taken; otherwise send it by itself.
    bool greets = false;  ///< Send the peer an empty bundle.
  };

  /// @pre `is_beat(x)`. Moves from it when it is bundled.
  [[nodiscard]] advice add(const node_id& to, message& x, time_point now);

  /// A bundle came from this incarnation of the peer. True: send it an empty one.
  [[nodiscard]] bool heard(const node_id& peer, incarnation speaking);

  /// The link to this incarnation of the peer is there. A new one may be of another
  /// version.
  void is_up(const node_id& peer, incarnation speaking);

  /// Whether anything was added since the last `take`.
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

  /// What was added, by peer.
  [[nodiscard]] std::map<node_id, beat_bundle> take();

private:
  struct peer_state {
    troupe::incarnation incarnation{0};
    bool understands = false;
    time_point greet_at; // Not before.
  };

  std::map<node_id, peer_state> peers_;
  std::map<node_id, beat_bundle> waiting_;
};

} // namespace troupe::storage
