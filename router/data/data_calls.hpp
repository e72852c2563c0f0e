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
#include "router/data/data_map.hpp"
#include "storage/data.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::router {

struct data_calls_config {
  /// Calls of one asker that may be under way; more end at once as busy. Larger rides out
  /// longer failovers, and costs memory.
  std::size_t calls_max = 100'000;

  /// Bytes of their keys and values. As above.
  byte_size bytes_max = mib(64);

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

/// Names a call for its asker.
using data_call_id = strong<struct data_call_id_tag, std::uint64_t>;

/// A request to make.
struct data_call {
  /// The slot's owner when none; the catalog's rows are in slots of its own.
  std::optional<shard_id> shard;
  slot in;
  std::variant<storage::data_write, storage::data_read, storage::data_wait> what;
  time_point deadline;
};

/// How a call ended.
enum class data_status : std::uint8_t {
  done = 1,      ///< The shard answered: see `reply` and `at`.
  no_quorum = 2, ///< Nothing was done: the shard has no master that hears a majority.
  busy = 3,      ///< Nothing was done: something is full, or in motion. Try again.
  unknown = 4,   ///< The write may be done, now or later. Never repeat it blindly.
};

[[nodiscard]] std::string_view to_string(data_status x);

struct data_outcome {
  data_status status = data_status::done;
  std::optional<shard_id> shard; ///< None: it is not known who owns the slot.
  std::string reply;             ///< When done.
  storage::position at;          ///< When done: the write's record.
  std::string why;               ///< When not: a sentence that names the shard.
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

  [[nodiscard]] std::size_t size() const;

private:
  data_map_ptr map_ = std::make_shared<data_map>();
};

} // namespace troupe::router
