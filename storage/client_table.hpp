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
#include <utility>
#include <vector>

namespace troupe::storage {

struct waiting_client {
  std::shared_ptr<answer_sink> to;
  std::uint64_t id = 0; ///< As the asker calls it.
  time_point since;
  bool is_read = false;
};

class client_table {
public:
  ticket add(waiting_client x);

  /// None when it was answered.
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

} // namespace troupe::storage
