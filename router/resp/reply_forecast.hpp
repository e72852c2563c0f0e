/// How many bytes the replies may be that one connection waits for.
///
/// A reply's size is not known before it is there, so the largest of late is expected
/// again. The guess rises at once and falls slowly: a few small replies among large ones
/// do not hide those.
#pragma once

#include <algorithm>
#include <cstddef>

namespace troupe::router {

class reply_forecast {
public:
  /// `first` is expected of each before any was seen.
  explicit reply_forecast(std::size_t first) : each_{first} {}

  void asked() { ++missing_count_; }

  /// A reply of so many bytes has come.
  /// @pre more were asked for than came.
  void answered(std::size_t bytes) {
    --missing_count_;
    each_ = std::max(bytes, each_ - each_ / 16);
  }

  /// Of all that are still to come.
  [[nodiscard]] std::size_t bytes() const { return missing_count_ * each_; }

private:
  std::size_t each_;
  std::size_t missing_count_ = 0;
};

} // namespace troupe::router
