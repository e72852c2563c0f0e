/// Who waits at a replica for what, and the answers on their way to them.
///
/// The core knows clients as tickets; this is what a ticket stands for. Answers are
/// gathered while an event is handled and handed over at its end, one batch for each
/// asker.
#pragma once

#include "storage/data.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::storage {

/// What is read for a client: the question, and the answer once the store was looked at.
struct asked_read {
  slot in;
  std::vector<std::string> keys;
  command what;
  time_point deadline;
  std::string reply;
};

struct waiting_client {
  std::shared_ptr<answer_sink> to;
  std::uint64_t id = 0; ///< As the asker calls it.
  time_point since;
  std::optional<asked_read> read;

  /// A read that found an expired row, now a write of the replica's own session.
  std::optional<std::uint64_t> own_request;
};

class client_table {
public:
  ticket add(waiting_client x);

  /// Null when it was answered.
  [[nodiscard]] waiting_client* find(ticket x);
  [[nodiscard]] std::optional<waiting_client> take(ticket x);
  [[nodiscard]] std::size_t size() const { return clients_.size(); }

private:
  std::map<ticket, waiting_client> clients_;
  std::uint64_t last_ = 0;
};

class answer_batches {
public:
  void add(const std::shared_ptr<answer_sink>& to, data_answer x);

  /// Hands over all that was added, to each in the order of adding.
  void deliver(shard_id from);

private:
  struct batch {
    std::shared_ptr<answer_sink> to;
    std::vector<data_answer> answers;
  };
  std::vector<batch> batches_; // Few: an event answers few askers.
};

/// The session in which a replica writes for itself. Its connection is one that no door
/// has and no door's closings reach; so a life of a node costs a shard one row, which
/// goes with the next life's first write.
class own_session {
public:
  own_session() = default;
  own_session(node_id node, incarnation life);

  /// A new request, under way until `ended`.
  request_id begin();
  void ended(std::uint64_t number) { under_way_.erase(number); }

  /// All requests below have been answered.
  [[nodiscard]] std::uint64_t answered_below() const {
    return under_way_.empty() ? last_ + 1 : *under_way_.begin();
  }

private:
  client_id client_;
  std::uint64_t last_ = 0;
  std::set<std::uint64_t> under_way_;
};

} // namespace troupe::storage
