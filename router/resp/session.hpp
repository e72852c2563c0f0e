/// One client's connection to the RESP door: its bytes in, requests to shards out, and
/// replies in the order of the commands.
///
/// Commands about data leave as requests and are answered in any order; the replies are
/// written in the order of the commands, as all RESP clients expect. What the door can
/// answer itself is answered at once, in its turn.
///
/// Order within a connection: requests leave in the order of the commands, and a shard's
/// master takes what it is sent in that order, reads and writes alike. So a command sees
/// what those before it have written to its slot, and nothing of those behind it.
///
/// Bounds: it takes no further command while `in_flight_max` are unanswered, or the
/// limits on bytes are reached; the caller then reads no more from the socket, which is
/// what slows the client down. The replies that are still to come count as large as the
/// largest of late, so that many reads of large values are under way few at a time.
///
/// Pure; not thread-safe; one per connection.
/// Cost: O(bytes).
#pragma once

#include "router/data/data_calls.hpp"
#include "router/resp/data_command.hpp"
#include "router/resp/door_commands.hpp"
#include "router/resp/parser.hpp"
#include "router/resp/reply_forecast.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::router {

/// Who is told where a slot's master is, instead of being served through this node.
enum class redirect_mode : std::uint8_t {
  never,     ///< Nobody: every command is forwarded.
  automatic, ///< Connections that have asked for the map.
  always,    ///< Everybody, as in Redis Cluster.
};

/// "never", "auto" or "always".
[[nodiscard]] std::string_view to_string(redirect_mode x);
/// Reads what `to_string` gives. Returns false, and leaves `result` alone, on anything
/// else.
[[nodiscard]] bool parse(std::string_view text, redirect_mode& result);

struct resp_session_config {
  resp_limits limits{};

  redirect_mode redirect = redirect_mode::automatic;

  /// Commands of one connection that may be unanswered. More gives deep pipelines their
  /// throughput, and lets one client take more of a shard. At most `session_writes_max`.
  std::size_t in_flight_max = 512;

  /// Bytes of those commands beyond which no further one is taken.
  byte_size in_flight_bytes_max = mib(16);

  /// Bytes of replies that the client has not taken yet, or that are expected, beyond
  /// which it is served no further. Larger lets one client have more large values under
  /// way.
  byte_size output_max = mib(16);

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

/// A command for the shard of a slot.
struct session_request {
  std::uint64_t ticket = 0; ///< Names it to `ended`.
  slot in;
  bool writes = false;
  storage::command what;
  std::vector<std::string> keys; ///< Of a read: what it looks at.
};

/// WAIT: `ended` with the least number of slaves that hold each of these, as an integer
/// reply of no shard.
struct session_wait {
  std::uint64_t ticket = 0;
  std::uint32_t replica_count = 0; ///< Wanted.
  std::optional<duration> timeout; ///< None: as long as the door waits for anything.
  /// The last writes of the connection, by shard; at least one.
  std::vector<std::pair<shard_id, storage::position>> written;
};

class resp_session {
public:
  /// What the caller must do. Events add to it.
  struct output {
    std::vector<session_request> requests; ///< In this order.
    std::vector<session_wait> waits;       ///< After them.
    // For statistics:
    std::size_t command_count = 0;  ///< Taken in this event; of them:
    std::size_t rejected_count = 0; ///< were no command, or not in its form;
    std::size_t redirect_count = 0; ///< were answered with MOVED.
  };

  /// @pre `config.validate()` is none.
  resp_session(const resp_session_config& config, std::uint64_t id, std::string peer);

  /// Room for `bytes` to be received next.
  /// @pre `wants_input()`.
  [[nodiscard]] std::span<char> space(std::size_t bytes) { return parser_.space(bytes); }

  /// So many bytes were received into the last `space`.
  void received(std::size_t bytes, const door_environment& in, output& out);

  /// The shard has answered; late and repeated endings are ignored. Call `resume` when
  /// all endings that came together are told.
  void ended(std::uint64_t ticket, data_outcome outcome, output& out);

  /// Goes on with what was received, after `ended` or `take_replies`.
  void resume(const door_environment& in, output& out);

  /// Number of the command of which a part has come, and whose rest is waited for;
  /// nothing when there is none, or the client is not read anyway.
  [[nodiscard]] std::optional<std::uint64_t> unfinished_command() const;

  /// That command has taken too long: says so, behind the replies to those before, and is
  /// `finished` then.
  void give_up_command();

  /// Whether to read from the socket.
  [[nodiscard]] bool wants_input() const { return may_take(); }

  /// What to write to the socket next; empty when there is nothing.
  [[nodiscard]] std::string take_replies() { return std::exchange(replies_, {}); }
  [[nodiscard]] bool has_replies() const { return !replies_.empty(); }

  /// The same for a writer that keeps its buffer's memory.
  /// @pre `emptied` is empty.
  void take_replies(std::string& emptied) { emptied.swap(replies_); }

  /// Of replies that were not taken: those, and others that wait for earlier ones.
  [[nodiscard]] std::size_t reply_bytes() const {
    return replies_.size() + held_reply_bytes_;
  }

  /// Close once all replies are written: the client has quit, or broken the protocol.
  [[nodiscard]] bool finished() const {
    return closing_ && waiting_.empty() && replies_.empty();
  }

  [[nodiscard]] std::size_t in_flight_count() const { return waiting_.size(); }
  [[nodiscard]] const client_state& client() const { return client_; }

private:
  enum class request_kind : std::uint8_t { wait, read, write };

  /// A command whose reply comes from elsewhere, and the replies behind it.
  struct slot_of_reply {
    request_kind kind = request_kind::wait;
    std::size_t bytes = 0;
    std::optional<std::string> reply;
    std::string after; // Of commands answered at once.
  };

  struct held_wait {
    session_wait what;
    std::size_t slave_count = 0; // The answer when nothing was written.
  };

  void execute(request_arguments request, const door_environment& in, output& out);
  void execute_data(
    const command_spec& spec, request_arguments request, const cluster_view& cluster,
    output& out);
  void execute_wait(request_arguments request, const cluster_view& cluster, output& out);
  void send(session_request request, output& out);
  void send(session_wait wait, output& out);
  /// Sends a WAIT that was held back, when all before it is answered.
  void release_wait(output& out);

  void answer_now(std::string_view reply);
  void write_answered();

  [[nodiscard]] bool may_take() const;
  [[nodiscard]] std::size_t expected_reply_bytes() const {
    return read_replies_.bytes() + write_replies_.bytes();
  }
  void take_reply(slot_of_reply& to, std::string reply);
  [[nodiscard]] bool
  redirects(const session_request& x, const cluster_view& cluster) const;

  resp_session_config config_;
  client_state client_;
  resp_parser parser_;
  std::vector<std::string_view> arguments_; // Kept for its memory.

  std::uint64_t taken_count_ = 0;

  std::deque<slot_of_reply> waiting_;  // In the order of the commands.
  std::uint64_t first_ticket_ = 1;     // Of the first in `waiting_`.
  std::size_t in_flight_bytes_ = 0;    // Of their requests.
  std::size_t held_reply_bytes_ = 0;   // In `waiting_`.
  reply_forecast read_replies_;        // Of those in `waiting_`.
  reply_forecast write_replies_{0};    // Most say no more than that it was done.
  std::optional<held_wait> held_wait_; // Until everything is.

  std::map<shard_id, storage::position> written_;
  std::string replies_;
  bool closing_ = false;
};

} // namespace troupe::router
