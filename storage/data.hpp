/// What clients ask of a shard, as it travels to the replica that answers: from a door of
/// the same node, or from another node through a remote reference.
///
/// A request names no replica: whoever gets it and is not master says `not_master`, with
/// the master's node where it knows one, and has done nothing.
#pragma once

#include "actors/base/time.hpp"
#include "storage/replica/requests.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::storage {

/// Changes rows, once however often it arrives: `request` names it.
struct data_write {
  request_id request;
  std::uint64_t answered_below = 0; ///< The client has the answers of all before.
  std::variant<conditional_write, command> what;
  std::optional<ack_mode> mode; ///< The shard's when none.
};

/// Reads rows, all as of one moment.
struct data_read {
  read_level level = read_level::lease;
  std::vector<std::string> keys; ///< What `what` looks at.
  command what;                  ///< For `evaluator::query`.
};

/// Answered, with `ok` and the number in decimal digits as reply, once `replica_count`
/// slaves hold the log durably up to `at`, or after `patience`: with as many as do. Let
/// the asker wait longer than that, or it never hears.
struct data_wait {
  position at;
  std::uint32_t replica_count = 0;
  duration patience{};
};

struct data_request {
  /// The asker's name for it, unique among what it has under way.
  std::uint64_t id = 0;
  slot in;
  std::variant<data_write, data_read, data_wait, dedup_trim_record> what;

  /// How long the asker still waits: clocks of two nodes do not compare.
  duration time_left{};
};

struct data_answer {
  std::uint64_t id = 0;
  answer_status status = answer_status::ok;
  std::string reply;
  position at; ///< The write's record.
  /// With `not_master`: where the master is, as far as this replica knows.
  std::optional<node_id> master;
  bool of_read = false; ///< Not sent. Its asker may ask again, and has lost nothing.

  friend bool operator==(const data_answer&, const data_answer&) = default;
};

/// What goes to the replica of another node, and what comes back.
struct remote_requests {
  shard_id shard;
  std::vector<data_request> requests;
};
struct remote_answers {
  shard_id shard;
  std::vector<data_answer> answers;
};

/// Takes the answers of requests that were given to a replica of the same process. Called
/// from the replica's thread; must not block. The replica holds it until it has answered.
class answer_sink {
public:
  answer_sink() = default;
  answer_sink(const answer_sink&) = delete;
  answer_sink& operator=(const answer_sink&) = delete;
  virtual ~answer_sink() = default;

  virtual void take(shard_id from, std::vector<data_answer> answers) = 0;
};

} // namespace troupe::storage
