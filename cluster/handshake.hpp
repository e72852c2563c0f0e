/// Whether two processes may talk: the rules of hello and welcome, as pure functions.
///
/// Source: docs/decisions/0001 (one cluster name, one cluster id once both know one, a
/// shared protocol version) and 0004 (ids).
#pragma once

#include "actors/base/error.hpp"
#include "cluster/link_frame.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::cluster {

/// What a process says of itself in every handshake.
struct local_identity {
  std::string cluster_name;
  cluster_id cluster; ///< Nil until known; never changes afterwards.
  peer_identity self;
  std::string link_address; ///< Empty for clients.
};

/// A connection whose two ends have agreed so far: an inbound one after its hello, one of
/// ours after the welcome. The link of `peer` decides whether to use it.
struct link_offer {
  actors::lane lane = actors::lane::control;
  session_id session;
  bool ours = false; ///< We dialled.
  peer_identity peer;
  std::string address;       ///< Where the peer can be dialled; empty: nowhere.
  cluster_id cluster;        ///< The peer's; nil when it has none.
  std::uint64_t credit = 0;  ///< Bytes we may send before it grants more.
  std::uint32_t version = 0; ///< Of the link protocol, as both speak it.
};

/// Judges a stranger's hello: what it offers, or the refusal to send.
[[nodiscard]] expected<link_offer> judge(const local_identity& self, const hello& theirs);

/// Judges the welcome that answers our hello `ours`.
[[nodiscard]] expected<link_offer>
judge(const local_identity& self, const hello& ours, const welcome& theirs);

/// The highest version both speak.
[[nodiscard]] std::optional<std::uint32_t>
common_version(std::uint32_t their_min, std::uint32_t their_max);

} // namespace troupe::cluster
