/// What a replica remembers while it is master, and only then: its end drops it whole.
#pragma once

#include "storage/replica/overlay.hpp"
#include "storage/replica/requests.hpp"

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>

namespace troupe::storage {

/// Batches on their way to one slave.
struct outgoing_stream {
  struct batch {
    lsn last;
    std::size_t bytes = 0;
  };

  std::uint64_t id = 0;
  lsn begin; ///< The slave had everything up to here when it subscribed.
  lsn sent;  ///< Everything up to here was sent at least once, or is at the slave.
  std::size_t credit_bytes = 0;
  std::deque<batch> in_flight; ///< Sent and not acknowledged.
  std::size_t in_flight_bytes = 0;
  bool reading = false;   ///< A `log_read` is under way.
  time_point progress_at; ///< Last acknowledgement or sending after idleness.
};

/// What a master knows of another replica, all of it heard in its own epoch.
struct peer {
  bool heard = false;
  std::uint64_t acked_round = 0;
  time_point acked_sent_at = time_point::min(); ///< When that round was sent.
  lsn match;                                    ///< Holds this log durably up to here.
  lsn durable;                                  ///< As it says of itself; for people.
  lsn applied;
  std::optional<outgoing_stream> stream;
};

/// A client that waits for its write.
struct write_waiter {
  ticket from;
  ack_mode mode{};
  time_point deadline;
};

/// A read whose reply was taken from the rows as they will be, pending ones included.
struct pending_read {
  ticket from;
  read_level level = read_level::lease;
  time_point deadline;
  std::string reply;
  lsn index;               ///< Must be committed: the reply shows it.
  bool confirmed = false;  ///< Since it was taken, lease or `round` was looked at.
  std::uint64_t round = 0; ///< Must be acknowledged by a majority; 0 under a lease.
};

/// A handover to a slave.
struct transfer {
  replica_id to;
  time_point deadline;         ///< Of this slave.
  bool asked = false;          ///< TransferNow is out.
  bool to_any = false;         ///< When `to` fails, the next best may have it.
  std::set<replica_id> failed; ///< Were late.
};

struct mastership {
  time_point since;
  lsn start;              ///< The EPOCH_START of this epoch.
  bool announced = false; ///< It is committed, and the news told.

  time_point beat_at;
  std::uint64_t round = 0;
  std::map<std::uint64_t, time_point> sent_at; ///< Of the rounds that still count.
  std::uint64_t read_round = 0;                ///< The newest round begun for a read.
  bool round_wanted = false;                   ///< A read waits for another one.
  bool lease_given_up = false;

  std::map<replica_id, peer> peers;
  std::optional<time_point> unsynced_since; ///< The own disk owes a sync since then.
  std::optional<transfer> handover;

  overlay pending;
  std::map<lsn, std::vector<write_waiter>> waiters;
  std::deque<client_request> early; ///< Until `start` is applied, in their order.
  std::list<pending_read> reads;    ///< In the order of their coming.
  std::size_t read_bytes = 0;       ///< Of their replies.

  /// No client's deadline is before it; it may be too early.
  time_point deadline = time_point::max();
};

} // namespace troupe::storage
