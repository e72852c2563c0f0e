/// Virtual time for simulations of cores: actions, performed in the order of their time.
///
/// Actions due at the same time run in the order in which they were planned, so that a
/// run is the same each time.
#pragma once

#include "actors/base/assert.hpp"
#include "actors/base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace troupe::lab {

class event_queue {
public:
  using action = std::function<void()>;

  [[nodiscard]] time_point now() const { return now_; }

  /// Plans `what` for `when`; it may plan more.
  /// @pre `when` is not in the past.
  void at(time_point when, action what) {
    TROUPE_ASSERT(when >= now_);
    heap_.push_back({when, next_number_++, std::move(what)});
    std::ranges::push_heap(heap_, later);
  }

  void after(duration delay, action what) { at(now_ + delay, std::move(what)); }

  /// Performs everything due up to `end`, and leaves the clock there.
  void run_until(time_point end) {
    while (!heap_.empty() && heap_.front().when <= end) {
      std::ranges::pop_heap(heap_, later);
      auto next = std::move(heap_.back());
      heap_.pop_back();
      now_ = next.when;
      next.what();
    }
    now_ = end;
  }

private:
  struct entry {
    time_point when;
    std::uint64_t number;
    action what;
  };

  static bool later(const entry& a, const entry& b) {
    return std::pair{a.when, a.number} > std::pair{b.when, b.number};
  }

  time_point now_;
  std::uint64_t next_number_ = 0;
  std::vector<entry> heap_;
};

} // namespace troupe::lab
