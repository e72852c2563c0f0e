/// The knobs of the links between processes.
#pragma once

#include "actors/base/error.hpp"
#include "actors/codec.hpp"

#include <chrono>
#include <cstddef>

namespace troupe::cluster {

struct link_config {
  /// A lane that sends nothing else sends a heartbeat this often. Shorter finds a silent
  /// peer sooner and costs 2 / heartbeat_interval frames per second and open link.
  std::chrono::milliseconds heartbeat_interval{200};

  /// A link breaks when one of its lanes has brought no byte for this long. At least
  /// 4 * heartbeat_interval, so that one busy moment breaks nothing.
  std::chrono::milliseconds silence_max{2'000};

  /// How long one frame may take to arrive. A link breaks when one of its lanes has
  /// brought no whole frame for this long, which finds a damaged length. At least
  /// silence_max; longer lets large messages through slower networks:
  /// frame_bytes_max / frame_deadline is the slowest that still works.
  std::chrono::milliseconds frame_deadline{30'000};

  /// How long the connect of one lane may take.
  std::chrono::milliseconds dial_deadline{2'000};

  /// How long hello, welcome and confirm may take once bytes can flow. Also how long a
  /// stranger may hold a connection without saying who it is.
  std::chrono::milliseconds handshake_deadline{2'000};

  /// How long after a break the peer's actors still count as there. Longer hides short
  /// cuts from monitors; shorter tells of a dead node sooner. Membership and another
  /// incarnation are believed at once.
  std::chrono::milliseconds down_after{1'000};

  /// An unused link closes after this, unless something pins it.
  std::chrono::milliseconds idle_after{30'000};

  /// Pause before the next dial after a failed one: doubled each time from `redial_min`
  /// to `redial_max`, each drawn from [half, whole].
  std::chrono::milliseconds redial_min{50};
  std::chrono::milliseconds redial_max{1'000};

  /// A request unanswered for this long is forgotten by the link (its caller's own
  /// deadline has long passed). Bounds the table of calls.
  std::chrono::milliseconds call_age_max{60'000};

  /// How much a peer may have sent us that our actors have not yet consumed, per lane.
  /// Larger feeds fat pipes, smaller bounds memory: at most window + one frame per peer.
  std::size_t window_control_bytes = 1U << 20;
  std::size_t window_bulk_bytes = 4U << 20;

  /// What may wait for credit or for a connection, per lane. When it is full, requests
  /// fail with ec::busy and other messages are dropped and counted. As much again is for
  /// those that ask for room and wait until there is some, such as the answers of shards.
  /// One message may be larger.
  std::size_t queue_bytes_max = 4U << 20;

  /// The largest message. A large one delays those behind it in its lane.
  std::size_t frame_bytes_max = 16U << 20;

  /// Connections from strangers that have not finished their hello; further ones are
  /// closed at once.
  std::size_t greeting_count_max = 256;

  [[nodiscard]] std::size_t window_bytes(actors::lane x) const {
    return x == actors::lane::control ? window_control_bytes : window_bulk_bytes;
  }

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::cluster
