/// The requests of one asker to the shards: whom they go to, when they are sent again,
/// when they end.
///
/// Every call ends exactly once, by its deadline at the latest. A write keeps its request
/// id and its content however often it is sent, so the shard executes it once; so a write
/// whose fate is unknown (the link broke, the master stepped down) is simply sent again,
/// to whoever is master then. Only at the deadline does it matter whether it may have
/// been executed. While a shard has no master, its calls are held.
///
/// Pure: the caller performs the output. One per door thread or actor; not thread-safe.
/// Order: what is called for one shard leaves in the order of the calls; what is held for
/// it leaves in that order too, before anything newer. Only what the shard refused as
/// busy or moved, alone, is overtaken.
/// Cost: a call and an answer O(log shards), and no memory but the request's own copy;
/// a change of map, a lost node O(calls).
/// Source: design section 4 (a write, a failover); replication sections 7, 8, 11.
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "router/data/data_call.hpp"
#include "router/data/data_map.hpp"
#include "router/data/numbered_table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::router {

struct data_calls_config {
  /// Calls of one asker that may be under way; more end at once as busy. Larger rides out
  /// longer failovers, and costs memory.
  std::size_t calls_max = 100'000;

  /// Bytes of their keys and values. As above.
  byte_size bytes_max = mib(64);

  /// The largest of them; a larger one ends at once as too large. It travels to another
  /// node in one message and becomes one record of a shard's log, which travels to the
  /// slaves in one message, too: less than `link.frame_bytes_max`.
  byte_size request_max = mib(13);

  /// Wait before a shard that refused is asked again, at first; it doubles with every
  /// refusal in a row, and each wait is drawn from [half of it, all of it]. Shorter finds
  /// a new master sooner that no map names yet, and costs requests.
  std::chrono::milliseconds retry_min{10};

  /// The longest such wait.
  std::chrono::milliseconds retry_max{200};

  /// A request without an answer is sent again after this time: its answer may be lost.
  /// Shorter repairs that sooner, and repeats what a slow disk delays.
  std::chrono::milliseconds resend_after{1'000};

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

class data_calls {
public:
  /// Requests for the replica of `shard` on `node`, in order. The caller gives them to
  /// its own replica, or forwards them; that they left is not reported.
  struct dispatch {
    shard_id shard;
    node_id node;
    std::vector<storage::data_request> requests;
  };

  struct ending {
    data_call_id id;
    data_outcome outcome;
  };

  /// What the caller must do, in this order. Events add to it: it may be passed to many,
  /// and performed once.
  struct output {
    std::vector<dispatch> dispatches; ///< At most one for each (shard, node).
    std::vector<ending> endings;
  };

  /// @pre `config.validate()` is none.
  data_calls(const data_calls_config& config, random_source random);

  /// Starts a call. Its ending may be in `out` already, when too many are under way or
  /// the deadline is not after `now`.
  /// @pre a write's request id is of no other call that is under way.
  [[nodiscard]] data_call_id call(data_call x, time_point now, output& out);

  /// Answers to requests that were dispatched, whichever replica they are from. Late ones
  /// are ignored.
  void answered(std::vector<storage::data_answer> answers, time_point now, output& out);

  /// The fate of what is under way at this node is unknown: its link broke.
  void lost(const node_id& node, time_point now, output& out);

  /// The same of one replica only, which has ended.
  void lost(shard_id shard, const node_id& node, time_point now, output& out);

  /// Older maps than the last are ignored.
  void map_is(data_map_ptr map, time_point now, output& out);

  /// Ends what is past its deadline, sends again what is due.
  void tick(time_point now, output& out);

  /// When to call `tick`; `time_point::max()` when nothing is under way. It may be
  /// earlier than anything is due.
  [[nodiscard]] time_point wake_at() const;

  [[nodiscard]] std::size_t size() const { return calls_.size(); }

private:
  enum class stage : std::uint8_t {
    held,        // For its shard, or until it is known which one that is.
    in_flight,   // To `node`.
    backing_off, // It alone was refused.
  };

  struct pending {
    std::uint64_t number = 0;
    std::optional<shard_id> asked;
    std::optional<shard_id> shard; // None while the slot's owner is not known.
    storage::data_request request;
    time_point deadline;
    time_point due; // When to look at it again.
    node_id node;
    data_calls::stage stage = stage::held;
    storage::answer_status refusal = storage::answer_status::not_master; // The last one.
    std::uint16_t attempt = 0;
    std::uint16_t refusal_count = 0; // As busy or moved.
    bool unresolved = false;         // The latest attempt has not been refused.
    bool may_be_done = false;        // Nor was some attempt before it.
    std::size_t bytes = 0;

    [[nodiscard]] bool is_write() const {
      return std::holds_alternative<storage::data_write>(request.what);
    }
  };

  /// Numbers of calls that wait together, some of which may have ended.
  struct waiting {
    std::vector<std::uint64_t> numbers;
    std::size_t live_count = 0;
  };

  struct shard_state {
    std::optional<node_id> hinted;      // A replica's word, newer than the map's.
    unsigned hop_count = 0;             // Hints that were followed in a row.
    unsigned refusal_count = 0;         // Times that it was closed in a row.
    std::optional<time_point> opens_at; // Closed until then: it refused.
    waiting held;
  };

  struct timer {
    time_point when;
    std::uint64_t number = 0;

    friend auto operator<=>(const timer&, const timer&) = default;
  };

  /// Why the call cannot even begin.
  [[nodiscard]] std::optional<data_refusal>
  obstacle(const data_call& x, std::size_t bytes, time_point now) const;
  [[nodiscard]] std::optional<node_id> target_of(const pending& x) const;
  [[nodiscard]] bool reachable(const node_id& node) const;
  void place(pending& x);
  void route(pending& x, time_point now, output& out);
  void send(pending& x, const node_id& to, time_point now, output& out);
  void hold(pending& x);
  void leave_hold(const pending& x);
  void close(shard_state& shard, time_point now);
  void release(shard_state& shard, time_point now, output& out);

  void take(pending& x, storage::data_answer& answer, time_point now, output& out);
  void
  refused(pending& x, const storage::data_answer& answer, time_point now, output& out);
  [[nodiscard]] bool
  follow(shard_state& shard, const pending& x, const std::optional<node_id>& hint);
  [[nodiscard]] bool superseded(const pending& x, const data_map& before) const;
  void lost_if(
    const node_id& node, std::optional<shard_id> shard, time_point now, output& out);

  void set_due(pending& x, time_point when);
  [[nodiscard]] duration wait_after(unsigned refusal_count);
  void expire(pending& x, output& out);
  void end(pending& x, data_outcome outcome, output& out);
  void finish(pending& x, data_refusal why, output& out);

  data_calls_config config_;
  random_source random_;
  data_map_ptr map_ = std::make_shared<data_map>();

  numbered_table<pending> calls_;
  std::size_t bytes_ = 0; // Of their requests.

  std::map<shard_id, shard_state> shards_;
  waiting unplaced_;
  std::vector<timer> timers_; // A heap; those that are not a call's `due` are void.
};

} // namespace troupe::router
