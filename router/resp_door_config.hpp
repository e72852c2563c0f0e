/// How the RESP door treats its clients.
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/error.hpp"
#include "storage/replica/requests.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe::router {

struct resp_door_config {
  /// Threads that serve sockets; each connection stays on one. One serves some hundred
  /// thousand commands a second; more take cores from the actors.
  std::uint32_t thread_count = 1;

  /// Time from a command to its answer or failure. Longer rides out longer failovers,
  /// shorter frees clients sooner.
  std::chrono::milliseconds deadline{5'000};

  /// Time from the first byte of a command to its last; beyond it the client is told so
  /// and closed. Time in which the door does not read does not count. Longer lets slow
  /// clients send larger values; shorter frees what half a command holds sooner.
  std::chrono::milliseconds command_deadline{60'000};

  /// How the master of a shard makes sure, before it answers a read, that it is still the
  /// only one. `lease`: by what its voters have promised for a while; free, and right
  /// while the nodes' clock rates differ by less than `replication.drift_percent`.
  /// `master`: by a round of Beats to a majority; right whatever clocks do, and costs a
  /// round trip.
  storage::read_level reads = storage::read_level::lease;

  /// Connections at one time; further ones are told so and closed. Each costs some KiB.
  std::size_t clients_max = 10'000;

  /// Replies that a client has not taken, beyond which it is closed: it asked for more
  /// than it reads. Beyond `door.output_max` it is served no further; this bounds what
  /// the commands that it has sent by then may bring. Larger lets one client have more
  /// large values under way.
  byte_size unread_max = mib(64);

  /// Silence after which a client's machine is probed, by TCP; it is given up after three
  /// more such times. Shorter finds vanished clients sooner, and costs packets.
  std::chrono::milliseconds keepalive{60'000};

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::router
