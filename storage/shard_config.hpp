/// Who the replicas of a shard are and which promises they keep: the CONFIG record.
///
/// It stands in the shard's own log, so that majorities are counted over what the log
/// says and never over who happens to be connected. The timings are in it too: a voter
/// with a shorter lease promise than its master counts on would break lease reads.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

enum class member_role : std::uint8_t {
  voter = 1,   ///< Votes, and counts towards the majority of an acknowledgement.
  learner = 2, ///< Receives the log, and counts for nothing.
};

struct member {
  replica_id replica;
  node_id node; ///< The one node that may create this replica.
  member_role role = member_role::voter;

  friend bool operator==(const member&, const member&) = default;
};

/// When a write is answered. None degrades to a weaker one by itself.
enum class ack_mode : std::uint8_t {
  async = 1,  ///< Durable in the master's log. May be lost when another is elected.
  semi = 2,   ///< And durable on at least one voting slave.
  quorum = 3, ///< Committed: durable on a majority of the configured voters.
};

[[nodiscard]] std::string to_string(member_role x);
[[nodiscard]] std::string to_string(ack_mode x);

/// The promises between the replicas; fixed when the shard is created.
struct shard_timing {
  /// Time between two Beats of a master. Shorter finds a dead master sooner and costs
  /// replicas / beat messages per second and shard.
  duration beat = std::chrono::milliseconds{100};

  /// T: silence after which a slave stands is drawn from [T, 2T]; a master without a
  /// majority for T steps down and has refused writes until then. At least 3 beats.
  duration election_timeout = std::chrono::milliseconds{1'000};

  /// L: for so long after a Beat a voter gives no vote. Longer keeps lease reads going
  /// through longer hiccups and delays a failover by as much. Zero switches leases off.
  duration lease = std::chrono::milliseconds{500};

  /// Largest difference of two nodes' clock rates, in percent, under which lease reads
  /// are linearizable. Larger wastes that share of each lease.
  std::uint32_t drift_percent = 10;

  /// The answer to a write that names no mode of its own.
  ack_mode ack = ack_mode::quorum;

  [[nodiscard]] bool lease_on() const { return lease > duration::zero(); }

  /// For so long after a Beat a voter is sticky: it gives no vote.
  [[nodiscard]] duration stick() const { return lease_on() ? lease : 3 * beat; }

  /// For so long after the sending of a Beat that a majority acknowledged, its sender may
  /// read alone: the voters' promise, less what faster clocks may take of it.
  [[nodiscard]] duration lease_usable() const {
    return lease * (100 - static_cast<duration::rep>(drift_percent)) / 100;
  }

  friend bool operator==(const shard_timing&, const shard_timing&) = default;
};

/// Why these promises cannot be kept together; none when they can.
[[nodiscard]] error validate(const shard_timing& x);

struct shard_config {
  std::vector<member> members; ///< Ascending by replica.
  shard_timing timing;

  [[nodiscard]] const member* find(replica_id replica) const;
  [[nodiscard]] bool is_voter(replica_id replica) const;
  [[nodiscard]] std::size_t voter_count() const;

  /// How many voters decide: more than half of all that are configured.
  [[nodiscard]] std::size_t majority() const { return voter_count() / 2 + 1; }

  friend bool operator==(const shard_config&, const shard_config&) = default;
};

/// Why a CONFIG must not be used; none when it may.
[[nodiscard]] error validate(const shard_config& x);

} // namespace troupe::storage
