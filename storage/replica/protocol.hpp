/// What the replicas of a shard say to each other.
///
/// Nothing assumes order, exactly-once or a live connection: every message may be lost,
/// late, doubled or overtaken. Each carries the sender's epoch; how older and newer ones
/// are met is decided in one place (`replica/inbox.hpp`).
#pragma once

#include "storage/epoch_history.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <variant>
#include <vector>

namespace troupe::storage {

/// Would you vote for me in `next`? Changes nothing at the voter.
struct pre_vote {
  epoch next;
  position end; ///< Of the asker's log.

  friend bool operator==(const pre_vote&, const pre_vote&) = default;
};

enum class vote_refusal : std::uint8_t {
  none = 1,
  stale = 2,  ///< `next` is no new epoch here.
  sticky = 3, ///< A master was heard a moment ago; ask again after `sticky_for`.
  behind = 4, ///< The voter's log is fresher than the asker's.
};

struct pre_vote_reply {
  epoch next; ///< As asked.
  vote_refusal why = vote_refusal::none;
  duration sticky_for{};

  friend bool operator==(const pre_vote_reply&, const pre_vote_reply&) = default;
};

/// Vote for me in this epoch.
struct vote {
  position end;
  bool transfer = false; ///< The master asked for it: its lease promise is off.

  friend bool operator==(const vote&, const vote&) = default;
};

struct vote_reply {
  bool granted = false;

  friend bool operator==(const vote_reply&, const vote_reply&) = default;
};

/// The master lives; what is committed. Numbered, so that an acknowledgement tells when
/// the Beat was sent.
struct beat {
  std::uint64_t round = 0;
  lsn commit;
  lsn keep_from;         ///< Every configured replica holds the log up to here.
  bool for_read = false; ///< A read waits for the acknowledgements of this round.

  friend bool operator==(const beat&, const beat&) = default;
};

struct beat_ack {
  std::uint64_t round = 0;
  lsn durable; ///< For people: it may hold records that the master has not.
  lsn applied;
  bool for_read = false; ///< As its Beat was.

  friend bool operator==(const beat_ack&, const beat_ack&) = default;
};

/// Opens or repairs a stream: here is where my log is.
struct subscribe {
  std::uint64_t stream = 0; ///< Fresh, random.
  position end;
  std::vector<epoch_start> history; ///< From the last commit known on.
  std::uint64_t credit_bytes = 0;

  friend bool operator==(const subscribe&, const subscribe&) = default;
};

/// Records behind `prev`; none, when the slave has them all.
struct ship {
  std::uint64_t stream = 0;
  position prev;
  std::vector<record_ptr> records;
  lsn commit;

  /// Compares the records, not where they are.
  friend bool operator==(const ship& a, const ship& b);
};

/// I hold the master's log durably up to `acked`.
struct ship_ack {
  lsn acked;
  lsn applied;
  std::uint64_t credit_bytes = 0; ///< May be under way behind `acked`.

  friend bool operator==(const ship_ack&, const ship_ack&) = default;
};

/// Your log parts from mine behind `common`.
struct diverged {
  std::uint64_t stream = 0;
  position common;

  friend bool operator==(const diverged&, const diverged&) = default;
};

/// You have the freshest log that I know: stand.
struct stand_please {
  friend bool operator==(const stand_please&, const stand_please&) = default;
};

/// Take over: from the master to its successor.
struct transfer_now {
  friend bool operator==(const transfer_now&, const transfer_now&) = default;
};

/// There is a newer epoch than yours, or a newer incarnation of mine than the one that
/// you speak to: those of this message.
struct stale {
  friend bool operator==(const stale&, const stale&) = default;
};

using message_body = std::variant<
  pre_vote, pre_vote_reply, vote, vote_reply, beat, beat_ack, subscribe, ship, ship_ack,
  diverged, stand_please, transfer_now, stale>;

struct message {
  cluster_id cluster;
  shard_id shard;
  replica_id from;
  incarnation from_incarnation;
  replica_id to;
  incarnation
    to_incarnation; ///< 0 when the sender has not heard from this incarnation yet.
  lsn config;       ///< Of the sender's CONFIG record.
  epoch at;         ///< The sender's.
  message_body body;

  friend bool operator==(const message&, const message&) = default;
};

/// "ship", "beat_ack", ...
[[nodiscard]] const char* name_of(const message_body& x);

} // namespace troupe::storage
