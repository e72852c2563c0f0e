/// Sessions: under which names this node's clients write, so that no write is executed
/// twice.
///
/// A session is a client of the shards' deduplication (`storage/dedup.hpp`): one
/// connection of a door, or one actor. `write_session` numbers its writes; `session_book`
/// names the sessions of a node, and says which are closed, so that the masters forget
/// their replies. Open one when a client first writes: each costs a row in every shard
/// that it writes to, until it is closed.
/// Source: replication section 7.
#pragma once

#include "storage/record.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>

namespace troupe::router {

/// Writes of one session that may be unanswered, counted from the oldest to the newest.
/// Below `dedup_limits::reply_count_max`: beyond that, masters say busy.
inline constexpr std::size_t session_writes_max = 1'000;

/// The numbers of one session's writes. Pure; not thread-safe. Allocates nothing.
class write_session {
public:
  explicit write_session(const storage::client_id& client) : client_{client} {}

  [[nodiscard]] const storage::client_id& client() const { return client_; }

  /// Whether the next write must wait until older ones have ended.
  [[nodiscard]] bool full() const { return next_ - lowest_ >= session_writes_max; }

  /// Whether all that began has ended.
  [[nodiscard]] bool idle() const { return next_ == lowest_; }

  /// Names the next write.
  /// @pre not `full()`.
  [[nodiscard]] storage::request_id begin();

  /// All below have ended. Ask after `begin`, for the same request.
  [[nodiscard]] std::uint64_t answered_below() const { return lowest_; }

  /// The write of this number will never be sent again. A repeat changes nothing.
  /// @pre it began.
  void ended(std::uint64_t number);

private:
  storage::client_id client_;
  std::uint64_t next_ = 1;
  std::uint64_t lowest_ = 1;
  std::bitset<session_writes_max> ended_; // At number % size: it ended, above `lowest_`.
};

/// The sessions of one incarnation of one node. Thread-safe: doors open and close from
/// their threads.
class session_book {
public:
  session_book(const node_id& node, troupe::incarnation incarnation)
      : node_{node}, incarnation_{incarnation} {}
  session_book(const session_book&) = delete;
  session_book& operator=(const session_book&) = delete;

  /// A name that was never used before.
  [[nodiscard]] storage::client_id open();

  /// Writes of it that still arrive somewhere are refused once the masters have heard. A
  /// repeat changes nothing.
  void close(const storage::client_id& client);

  [[nodiscard]] std::size_t open_count() const;

  /// Grows with every close; from 1: masters must first hear that the incarnations before
  /// are over.
  [[nodiscard]] std::uint64_t version() const;

  /// What masters must hear of. A later one says all that an earlier one said.
  struct statement {
    std::uint64_t version = 0;
    storage::dedup_trim_record what;
  };
  [[nodiscard]] statement state();

private:
  node_id node_;
  incarnation incarnation_;
  mutable std::mutex mutex_;
  std::set<std::uint64_t> open_;
  std::uint64_t next_ = 1;
  std::uint64_t stated_version_ = 0;
  std::uint64_t stated_below_ = 0;
  std::uint64_t version_ = 1;
};

} // namespace troupe::router
