#include "actors/byte_queue.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::actors {

void byte_queue::push(byte_buffer bytes) {
  if (bytes.empty())
    return;
  size_ += bytes.size();
  buffers_.push_back(std::move(bytes));
}

void byte_queue::splice(byte_queue& other) {
  if (empty()) {
    std::swap(*this, other);
    return;
  }
  if (other.offset_ > 0) {
    auto& head = other.buffers_.front();
    head.erase(head.begin(), std::next(head.begin(), std::ptrdiff_t(other.offset_)));
  }
  size_ += other.size_;
  std::move(other.buffers_.begin(), other.buffers_.end(), std::back_inserter(buffers_));
  other.clear();
}

byte_buffer byte_queue::take(std::size_t count_max) {
  auto count = std::min(count_max, size_);
  if (count > 0 && offset_ == 0 && buffers_.front().size() == count) {
    auto result = std::move(buffers_.front());
    buffers_.pop_front();
    size_ -= count;
    return result;
  }
  auto result = byte_buffer{};
  result.reserve(count);
  while (result.size() < count) {
    auto head = byte_view{buffers_.front()}.subspan(offset_);
    auto part = head.first(std::min(head.size(), count - result.size()));
    append(result, part);
    drop(part.size());
  }
  return result;
}

std::size_t byte_queue::peek(std::span<byte_view> views) const {
  auto count = std::min(views.size(), buffers_.size());
  for (std::size_t i = 0; i < count; ++i)
    views[i] = buffers_[i];
  if (count > 0)
    views[0] = views[0].subspan(offset_);
  return count;
}

void byte_queue::drop(std::size_t count) {
  TROUPE_ASSERT(count <= size_);
  size_ -= count;
  offset_ += count;
  while (!buffers_.empty() && offset_ >= buffers_.front().size()) {
    offset_ -= buffers_.front().size();
    buffers_.pop_front();
  }
}

void byte_queue::clear() {
  buffers_.clear();
  offset_ = 0;
  size_ = 0;
}

} // namespace troupe::actors
