/// What travels on a link, as plain values. docs/formats/link.md is the byte format.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/codec.hpp"
#include "cluster/peer.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace troupe::cluster {

/// Names one attempt to connect two processes: drawn by the dialler, the same on both
/// lanes, never reused.
using session_id = strong<struct session_id_tag, std::uint64_t>;

/// The number of an actor in its own process.
using actor_number = strong<struct actor_number_tag, std::uint64_t>;

/// Where a message goes at the other end: an actor learnt over this link, or a name.
using link_target = std::variant<actor_number, std::string>;

/// The first frame of a connection, from its dialler.
struct hello {
  std::string cluster_name; ///< Empty: a client that takes any cluster.
  cluster_id cluster;       ///< Nil while the dialler belongs to none.
  peer_identity from;
  std::string link_address; ///< Where the dialler itself can be dialled; empty: nowhere.
  std::uint32_t version_min = 0;
  std::uint32_t version_max = 0;
  session_id session;
  actors::lane lane = actors::lane::control;
  std::uint64_t window_bytes = 0; ///< Credit it grants the acceptor on this lane.
  friend bool operator==(const hello&, const hello&) = default;
};

/// The acceptor agrees.
struct welcome {
  cluster_id cluster;
  peer_identity from;
  std::string link_address;
  std::uint32_t version = 0;
  std::uint64_t window_bytes = 0;
  friend bool operator==(const welcome&, const welcome&) = default;
};

/// The dialler has seen the welcome and uses the connection.
struct confirm {
  friend bool operator==(const confirm&, const confirm&) = default;
};

/// Either end will not use the connection; the last frame on it.
struct refuse {
  ec code = ec::internal;
  std::string why;
  friend bool operator==(const refuse&, const refuse&) = default;
};

/// A sign of life, sent when nothing else was for `heartbeat_interval`.
struct heartbeat {
  /// The sender's own health: 0 well, higher when it is itself slow (Lifeguard's local
  /// health multiplier).
  std::uint32_t health = 0;
  friend bool operator==(const heartbeat&, const heartbeat&) = default;
};

/// The receiver has consumed this much on the lane the frame comes on.
struct credit {
  std::uint64_t bytes = 0;
  friend bool operator==(const credit&, const credit&) = default;
};

/// What a payload asks of its receiver.
enum class payload_kind : std::uint8_t {
  /// Nothing; nobody waits.
  note = 1,
  /// Nothing; delivered with the sender's identity in front of it.
  note_with_origin = 2,
  /// An answer under the same `call`.
  request = 3,
  /// It is one.
  answer = 4,
};

/// One message between actors.
struct payload {
  payload_kind kind = payload_kind::note;
  link_target to;
  actor_number from;      ///< 0: unknown to the receiver, cannot be answered.
  std::uint64_t call = 0; ///< Pairs request and answer; chosen by the requester.
  std::string type;
  std::string content;
  friend bool operator==(const payload&, const payload&) = default;
};

/// Tell me when this actor ends.
struct watch {
  link_target target;
  friend bool operator==(const watch&, const watch&) = default;
};

/// A watched actor has ended, or was not there.
struct ended {
  link_target target;
  ec code = ec::internal;
  std::string why;
  friend bool operator==(const ended&, const ended&) = default;
};

/// The sender wants to close: `leaving` for ever, otherwise because the link is idle.
struct goodbye {
  bool leaving = false;
  friend bool operator==(const goodbye&, const goodbye&) = default;
};

/// The answer to a goodbye by an end that still needs the link.
struct stay {
  friend bool operator==(const stay&, const stay&) = default;
};

using link_frame = std::variant<
  hello, welcome, confirm, refuse, heartbeat, credit, payload, watch, ended, goodbye,
  stay>;

/// Protocol versions this build speaks, both included.
inline constexpr std::uint32_t link_version_min = 1;
inline constexpr std::uint32_t link_version_max = 1;

/// What a payload costs in credit: its bytes and a fixed share for what is around them.
/// Never less than its frame's body has bytes.
[[nodiscard]] std::uint64_t credit_cost(const payload& x);

} // namespace troupe::cluster
