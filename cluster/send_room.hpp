/// How much of a link's queue is taken by senders that claim room before they send.
///
/// They claim on their own threads, so that a refusal costs no message; the link gives
/// back. Safe from any thread.
#pragma once

#include "actors/base/assert.hpp"

#include <atomic>
#include <cstddef>

namespace troupe::cluster {

class send_room {
public:
  explicit send_room(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  /// Takes room for so many bytes, if there is any. Of an empty one everybody gets as
  /// much as he wants.
  [[nodiscard]] bool take(std::size_t bytes) {
    auto taken = taken_.load(std::memory_order_relaxed);
    do {
      if (!fits(taken, bytes))
        return false;
    } while (!taken_.compare_exchange_weak(taken, taken + bytes));
    return true;
  }

  void give_back(std::size_t bytes) {
    auto before = taken_.fetch_sub(bytes);
    TROUPE_ASSERT(before >= bytes);
  }

  /// Whether `take` would succeed now.
  [[nodiscard]] bool has(std::size_t bytes) const { return fits(taken_.load(), bytes); }

private:
  [[nodiscard]] bool fits(std::size_t taken, std::size_t bytes) const {
    return taken == 0 || (bytes <= bytes_max_ && taken <= bytes_max_ - bytes);
  }

  std::size_t bytes_max_;
  std::atomic<std::size_t> taken_ = 0;
};

} // namespace troupe::cluster
