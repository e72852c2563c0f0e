/// The requests of this node's askers that other nodes have not answered yet.
///
/// Askers name their requests as they like; on the way each gets an id of the router's
/// own, and its answer the asker's id again. A batch is what one asker forwarded at once.
/// It is *in transit* until the other node has taken it, and gone when all of it was
/// answered, or at the latest deadline in it: its asker has given it up by then.
///
/// Bounds: requests of one node that are not answered, and bytes in transit to it.
/// Pure; not thread-safe. Cost: an answer O(log batches); a loss O(batches).
#pragma once

#include "actors/base/config.hpp"
#include "actors/base/time.hpp"
#include "router/data/data_sink.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::router {

struct forwards_config {
  /// Requests under way to one node. Larger lets more clients wait for a slow one.
  std::size_t requests_max = 65'536;

  /// Bytes in transit to one node; a single batch may exceed it. Larger fills long links,
  /// and costs memory while a node takes nothing.
  byte_size transit_max = mib(8);

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

class forwards {
public:
  using batch_id = std::uint64_t;

  /// What to tell an asker.
  struct reply {
    std::shared_ptr<data_sink> to;
    shard_id shard;
    std::vector<storage::data_answer> answers;
  };

  /// @pre `config.validate()` is none.
  explicit forwards(const forwards_config& config) : config_{config} {}

  /// Takes note of requests that are about to leave, and gives them ids of its own. None,
  /// and nothing changes, when too much is under way to `node`.
  /// @pre `requests` is not empty.
  [[nodiscard]] std::optional<batch_id> add(
    const node_id& node, shard_id shard, std::shared_ptr<data_sink> sink,
    std::vector<storage::data_request>& requests, time_point now);

  /// The node has taken the batch. A repeat changes nothing.
  void taken(batch_id batch);

  /// Nothing of the batch has reached anybody: all of it is refused with `why`. None when
  /// the batch is gone.
  [[nodiscard]] std::optional<reply> refused(batch_id batch, storage::answer_status why);

  /// The fate of the batch is unknown; forgets it. Returns whose it was, null when it is
  /// gone.
  [[nodiscard]] std::shared_ptr<data_sink> lost(batch_id batch);

  /// Answers, sorted by asker. Those to requests that are gone are ignored.
  [[nodiscard]] std::vector<reply> answered(std::vector<storage::data_answer> answers);

  /// Forgets all that is under way to `node`. Returns whose it was, each once.
  [[nodiscard]] std::vector<std::shared_ptr<data_sink>> lost(const node_id& node);

  /// Forgets what is past its deadline.
  void tick(time_point now);

  /// Requests under way.
  [[nodiscard]] std::size_t size() const;

private:
  struct batch {
    node_id node;
    shard_id shard;
    std::shared_ptr<data_sink> sink;
    std::vector<std::uint64_t> askers_ids; // In the order of the requests.
    std::vector<bool> open;                // Not answered yet.
    std::size_t open_count = 0;
    std::size_t transit_bytes = 0; // 0: it was taken.
    time_point deadline;
  };

  struct node_load {
    std::size_t requests = 0;
    std::size_t transit_bytes = 0;
  };

  using batches = std::map<batch_id, batch>; // By the id of its first request.

  [[nodiscard]] batches::iterator find(std::uint64_t request);
  batches::iterator erase(batches::iterator x);

  forwards_config config_;
  batches batches_;
  std::map<node_id, node_load> loads_;
  std::uint64_t last_ = 0;
};

} // namespace troupe::router
