/// Answers to one asker of another node that wait until its link has room for them.
///
/// They make messages: of small answers as many as go together, or one large one. The two
/// kinds take turns, so that an acknowledged write does not wait behind all the large
/// values that others read.
///
/// Bounded: a reply to a read that finds too much waiting is left out, and its asker told
/// Busy, who asks again after a while; that of a write stays, as nobody may take it for
/// not done. What has waited for `patience` is given up: its asker has given up, too.
/// Pure; not thread-safe. Cost: O(answers of a message).
#pragma once

#include "actors/base/time.hpp"
#include "storage/data.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace troupe::storage {

struct waiting_answers_config {
  /// What one message carries of answers, at least one: far below what a link's frame may
  /// hold, and little enough that others get their turn between two of them.
  std::size_t message_bytes_max = 512U << 10;

  /// What may wait for one asker. Larger lets more clients read large values at one time,
  /// and costs memory while the asker's node takes them slowly.
  std::size_t bytes_max = 32U << 20;

  /// How long an answer waits, as long as doors do. Not as long as an asker waits before
  /// it asks again: those who come last would be given up again and again.
  duration patience = std::chrono::seconds{5};
};

class waiting_answers {
public:
  explicit waiting_answers(const waiting_answers_config& config) : config_{config} {}

  void add(std::vector<data_answer> answers, time_point now);

  /// Gives up what has waited too long.
  void tick(time_point now);

  [[nodiscard]] bool empty() const { return small_.empty() && large_.empty(); }

  /// When `tick` has something to do.
  [[nodiscard]] time_point wake_at() const;

  /// What the next message will hold, at least, on its way.
  /// @pre not empty.
  [[nodiscard]] std::size_t next_bytes() const;

  /// The next message.
  /// @pre not empty.
  [[nodiscard]] std::vector<data_answer> take();

  /// Messages hold half as much from now on: the asker's link takes none so large.
  void halve_messages() { config_.message_bytes_max /= 2; }

  /// Answers that were left out, or given up, so far.
  [[nodiscard]] std::uint64_t given_up_count() const { return given_up_count_; }

private:
  struct waiting {
    data_answer answer;
    std::size_t bytes = 0;
    time_point since;
  };

  [[nodiscard]] bool is_large_next() const;
  [[nodiscard]] std::size_t small_count() const;
  data_answer pop(std::deque<waiting>& from);

  waiting_answers_config config_;
  std::deque<waiting> small_;
  std::deque<waiting> large_; // More than half of a message each.
  std::size_t bytes_ = 0;     // Of both.
  bool turn_of_large_ = false;
  std::uint64_t given_up_count_ = 0;
};

} // namespace troupe::storage
