/// Bytes of one direction of a connection that must not arrive yet. Pure.
///
/// In order, whatever their delays: a stream's later bytes do not overtake.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/time.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace troupe::apps {

class held_bytes {
public:
  void push(byte_buffer bytes, time_point due) {
    if (!parts_.empty())
      due = std::max(due, parts_.back().due);
    size_ += bytes.size();
    parts_.push_back({due, std::move(bytes)});
  }

  /// The next portion, when it is due.
  [[nodiscard]] std::optional<byte_buffer> pop(time_point now) {
    if (parts_.empty() || parts_.front().due > now)
      return std::nullopt;
    auto result = std::move(parts_.front().bytes);
    parts_.pop_front();
    size_ -= result.size();
    return result;
  }

  /// When the next portion is due.
  [[nodiscard]] std::optional<time_point> due() const {
    if (parts_.empty())
      return std::nullopt;
    return parts_.front().due;
  }

  [[nodiscard]] bool empty() const { return parts_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }

private:
  struct part {
    time_point due;
    byte_buffer bytes;
  };

  std::deque<part> parts_;
  std::size_t size_ = 0;
};

} // namespace troupe::apps
