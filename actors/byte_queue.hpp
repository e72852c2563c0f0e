/// Bytes on their way through a transport: whole buffers in at the back, any number of
/// bytes out at the front.
///
/// A value without a lock. Pushing costs no copy; taking copies only when it does not
/// take one whole buffer.
#pragma once

#include "actors/base/bytes.hpp"

#include <cstddef>
#include <deque>
#include <span>

namespace troupe::actors {

class byte_queue {
public:
  void push(byte_buffer bytes);

  /// Moves all of `other` behind the bytes here; `other` is empty afterwards.
  void splice(byte_queue& other);

  /// Removes and returns the next bytes: `count_max` of them, or all when there are
  /// fewer.
  [[nodiscard]] byte_buffer take(std::size_t count_max);

  /// Fills `views` with the next bytes, in order, and returns how many views it took.
  /// They are valid until the next change.
  [[nodiscard]] std::size_t peek(std::span<byte_view> views) const;

  /// Removes the next `count` bytes.
  /// @pre `count` <= size().
  void drop(std::size_t count);

  void clear();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

private:
  std::deque<byte_buffer> buffers_; // None is empty.
  std::size_t offset_ = 0;          // Bytes of the first buffer that are gone already.
  std::size_t size_ = 0;
};

} // namespace troupe::actors
