/// The membership core's knobs, presets and formulas.
///
/// Defaults are those of memberlist's LAN configuration (hashicorp/memberlist,
/// config.go), except where a comment says otherwise.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <chrono>
#include <cstddef>

namespace troupe::cluster {

struct membership_config {
  /// Time between two probes. Shorter finds failures sooner and costs each node 2
  /// messages per interval, whatever the size of the cluster.
  std::chrono::milliseconds probe_interval{1'000};

  /// Silence after which a probe asks helpers; the rest of the interval is theirs. Above
  /// the 99th percentile of a round trip; below `probe_interval`.
  std::chrono::milliseconds probe_timeout{500};

  /// Helpers that are asked to ping a silent target. More survive more loss.
  std::size_t indirect_probe_count = 3;

  /// Shortest time from suspicion to death:
  /// `suspicion_mult * max(1, log10(N)) * probe_interval`. Larger forgives longer pauses
  /// and finds deaths later. `suspicion_mult - 2` other accusers are awaited for it.
  unsigned suspicion_mult = 4;

  /// A lone accuser waits this many times the shortest time.
  unsigned suspicion_max_mult = 6;

  /// Most that own ill health counts: interval and time-out of own probes are stretched
  /// by up to this number plus one. Source: Lifeguard section IV-A, S = 8.
  unsigned health_score_max = 8;

  /// A wake-up later than this says that this node itself stood still: deadlines of
  /// others are moved by the time lost. Not in memberlist. Above the scheduler's usual
  /// delays.
  std::chrono::milliseconds late_wake{250};

  /// Time between two rounds of gossip, while there is news.
  std::chrono::milliseconds gossip_interval{200};

  /// Members that a round of gossip goes to. More spread faster, linear in cost.
  std::size_t gossip_node_count = 3;

  /// How long after its death a member still gets gossip, so that one wrongly declared
  /// dead hears of it.
  std::chrono::milliseconds gossip_to_dead_for{30'000};

  /// A claim is passed on `retransmit_mult * ceil(log10(N + 1))` times.
  unsigned retransmit_mult = 4;

  /// Most bytes of claims in one ping, ack or gossip message. memberlist has 1,400 for
  /// one UDP datagram; ours are frames of a stream, and larger ones let a mass join
  /// settle sooner. One claim is sent even when it alone is larger.
  std::size_t gossip_bytes_max = 4'096;

  /// Time between two full exchanges with a random member, up to 32 members; it grows by
  /// itself with each doubling beyond.
  std::chrono::milliseconds push_pull_interval{30'000};

  /// Time between two attempts at dead members and unreached seeds, so that the halves of
  /// a cut cluster find each other. memberlist has none; serf's is 30 s.
  std::chrono::milliseconds reconnect_interval{10'000};

  /// Dead members that one attempt tries, drawn at random.
  std::size_t reconnect_count = 3;

  /// How long a member that died or left stays on the list, and a dead one is retried.
  /// Bounds what nodes that come and go for ever leave behind. Longer than the longest
  /// cut that is to heal by itself where no seed bridges it: seeds are retried for ever.
  /// memberlist forgets after 30 s, serf after 24 h.
  std::chrono::milliseconds reclaim_after{std::chrono::hours{24}};

  /// Time between two attempts at the seeds while this node knows nobody.
  std::chrono::milliseconds join_interval{1'000};

  /// Longest time that `leave` waits for the word to spread.
  std::chrono::milliseconds leave_timeout{5'000};

  /// None, or ec::invalid_config naming the key, its value and the allowed range.
  [[nodiscard]] error validate() const;
};

/// One data centre: the defaults.
[[nodiscard]] membership_config lan_membership();

/// Between data centres: memberlist's WAN values.
[[nodiscard]] membership_config wan_membership();

/// Processes of one machine under test: about five times as fast as LAN.
[[nodiscard]] membership_config test_membership();

/// Time from suspicion to death when enough others confirm; `count` members are present.
[[nodiscard]] duration suspicion_min(const membership_config& config, std::size_t count);

/// The same for a lone accuser.
[[nodiscard]] duration suspicion_max(const membership_config& config, std::size_t count);

/// How often a claim is passed on when `count` members are present.
[[nodiscard]] unsigned
retransmit_limit(const membership_config& config, std::size_t count);

/// `push_pull_interval`, stretched so that the cluster's exchanges per second do not grow
/// faster than logarithmically: by 1 at 33 members, by one more at each doubling of 32.
[[nodiscard]] duration
push_pull_period(const membership_config& config, std::size_t count);

} // namespace troupe::cluster
