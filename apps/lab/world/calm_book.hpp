/// Since when two simulated nodes could have talked to each other undisturbed.
///
/// What is promised of members that are alive and reachable is promised from then on. The
/// nemesis notes what it does to links and nodes, and until when. Not thread-safe.
#pragma once

#include "actors/base/time.hpp"

#include <cstddef>
#include <vector>

namespace troupe::lab {

class calm_book {
public:
  explicit calm_book(std::size_t node_count)
      : count_{node_count}, links_(node_count * node_count), nodes_(node_count) {}

  /// What `from` sends to `to` is late, lost or cut off, up to `until`.
  void disturb_link(std::size_t from, std::size_t to, duration until);

  /// The node itself is kept from its work, up to `until`.
  void disturb_node(std::size_t index, duration until);

  /// All faults end now.
  void heal(duration now);

  /// When the last disturbance between the two, in either direction, and of either of
  /// them ends or has ended; in the future while one lasts, zero when there was none.
  [[nodiscard]] duration calm_since(std::size_t a, std::size_t b) const;

private:
  [[nodiscard]] std::size_t place(std::size_t from, std::size_t to) const {
    return from * count_ + to;
  }

  std::size_t count_;
  std::vector<duration> links_; // Of each ordered pair, until when.
  std::vector<duration> nodes_;
};

} // namespace troupe::lab
