/// The registry's knobs, with their trade-offs.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <chrono>
#include <cstddef>

namespace troupe::registry {

struct registry_config {
  /// Time between two rounds of anti-entropy. A change that is not pushed directly
  /// reaches all N nodes in about log2(N) rounds. Shorter is faster; each round costs
  /// gossip_fanout digests of some 40 bytes per known owner.
  std::chrono::milliseconds gossip_interval{1'000};

  /// Peers that a round speaks to.
  std::size_t gossip_fanout = 1;

  /// How long a tombstone is kept, and the entries of an owner that is dead or left.
  /// Longer than the longest partition to survive: a replica that was away for longer is
  /// sent whole owners instead of changes, which costs traffic, not truth.
  std::chrono::milliseconds retention{std::chrono::hours{24}};

  /// Time between two searches for what `retention` has run out for.
  std::chrono::milliseconds collect_interval{60'000};

  /// Bytes of deltas in one message; the rest follows in the next one. Larger takes fewer
  /// turns after a partition, and holds up the lane that carries it for longer.
  std::size_t delta_bytes_max = 2U << 20U;

  /// Bytes of one owner's entries and tombstones. Below delta_bytes_max, so that a whole
  /// owner always fits in one message. Tombstones make room for values.
  std::size_t owner_bytes_max = 1U << 20U;

  /// Entries of one owner.
  std::size_t owner_entries_max = 4'096;

  /// Tombstones of one owner; the oldest are dropped early beyond that.
  std::size_t owner_tombstones_max = 4'096;

  /// Bytes of one value. Rules with scripts are the largest.
  std::size_t value_bytes_max = 64U << 10U;

  /// Bytes of an entry's name and instance together.
  std::size_t key_bytes_max = 512;

  /// Owners known at once, dead ones within `retention` included. The registry's memory
  /// is at most about owners_max * owner_bytes_max * 2.
  std::size_t owners_max = 4'096;

  /// Local subscribers.
  std::size_t subscribers_max = 4'096;

  /// Pushes that a subscriber may leave unacknowledged; beyond that it gets one coalesced
  /// snapshot when it has caught up. Larger bears longer bursts and holds more memory.
  std::size_t unacked_max = 64;

  /// Losses of owners this close together count as one event (self-preservation). About
  /// the time that membership takes to find all victims of one partition.
  std::chrono::milliseconds detection_window{10'000};

  /// Share of all providers, in (0, 1], that may vanish within the detection window and
  /// be believed. Smaller keeps more dead providers listed, until a probe of each fails.
  double vanished_ratio_max = 0.5;

  /// Owners that must vanish in the window before the share matters, so that the crash of
  /// a single node is not taken for a partition.
  std::size_t vanished_owners_min = 2;

  /// Time between two probes of an owner that is served against membership's word.
  std::chrono::milliseconds probe_interval{5'000};

  /// ec::invalid_config with the key, its value and the range that is allowed.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::registry
