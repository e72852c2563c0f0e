/// What a replica's core wants done, in the order in which to do it.
#pragma once

#include "storage/hard_state.hpp"
#include "storage/replica/protocol.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::storage {

/// The host's name for something that a client waits for.
using ticket = strong<struct ticket_tag, std::uint64_t>;

enum class answer_status : std::uint8_t {
  ok = 1,
  not_master = 2,      ///< Nothing was done; ask `hint`.
  no_quorum = 3,       ///< Nothing was done; no majority was heard for a while.
  moved = 4,           ///< Nothing was done; the group does not own the slot.
  busy = 5,            ///< Nothing was done; a queue is full. Try again later.
  unknown = 6,         ///< It may be done yet, or never: only the same request is safe.
  answered = 7,        ///< A late duplicate of a request whose answer the client has.
  session_expired = 8, ///< The request's connection is closed; nothing was done now.
  too_large = 9,       ///< It was done, but its reply fits into no message to the asker.
};

[[nodiscard]] const char* to_string(answer_status x);

struct answer {
  ticket to;
  answer_status status = answer_status::ok;
  std::string reply;
  position at;                    ///< The write's record; the session's token.
  std::optional<replica_id> hint; ///< The master, where this replica knows one.
};

/// Records that a stream needs and the core does not hold any more.
struct log_read {
  replica_id to;
  std::uint64_t stream = 0;
  lsn first;
  std::size_t bytes_max = 0;
};

struct became_slave {};
/// Told when the epoch's first record is committed: only then does the rest of the
/// cluster need to know.
struct became_master {
  epoch at;
};
struct was_quarantined {
  std::string why;
};
/// Records behind `last` were cut off; they are in lost+found.
struct lost_records {
  lsn last;
};
/// The log does not reach back to where this replica is.
struct fell_behind {
  replica_id who;
};
using news
  = std::variant<became_slave, became_master, was_quarantined, lost_records, fell_behind>;

/// The fields are in the order in which to perform them. All of an output, and all later
/// ones, wait until its `hard` is durable; nothing else is waited for.
struct replica_output {
  std::optional<hard_state> hard; ///< Make durable first.

  // Then change the log, in this order, and report with `synced_to(cut, lsn)`.
  std::optional<lsn> truncate_after; ///< Save in lost+found what is cut; durable at once.
  std::vector<record_ptr> append;
  std::uint64_t cut = 0; ///< Truncations so far: names the log that a sync was begun for.

  std::vector<message> messages;
  std::vector<log_read> reads;      ///< Report with `log_was_read`.
  std::optional<apply_batch> apply; ///< Report with `applied_to`, once readers see it.
  bool reads_taken = false;         ///< Call `confirm_reads` with the clock read anew.
  std::vector<answer> answers;
  std::vector<news> told;
  std::optional<lsn> release; ///< The log is not needed up to here.

  time_point wake_at = time_point::max(); ///< Call `tick` then, or earlier.
};

} // namespace troupe::storage
