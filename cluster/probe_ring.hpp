/// The order in which a node probes the others: round robin over a shuffled list.
///
/// Each member is chosen once per round, so that no failure waits longer than two rounds
/// for its first probe. Source: SWIM section 4.3.
/// Cost: `next` is O(1) when nobody is refused, and a shuffle per round; `insert` and
/// `erase` are O(n).
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/random.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace troupe::cluster {

class probe_ring {
public:
  /// Adds a member at a random position. Adding it again changes nothing.
  void insert(const node_id& id, random_source& random);

  /// Removes a member. Removing a stranger changes nothing.
  void erase(const node_id& id);

  /// The next member that `wanted` accepts; those it refuses miss their turn. Each member
  /// is looked at once at most; none is returned when all are refused.
  [[nodiscard]] std::optional<node_id>
  next(const std::function<bool(const node_id&)>& wanted, random_source& random);

  /// All members, in the order of the current round.
  [[nodiscard]] const std::vector<node_id>& members() const { return ring_; }

private:
  std::vector<node_id> ring_;
  std::size_t next_ = 0; // The one whose turn it is; at the end, a new round begins.
};

/// Up to `count` of `from`, drawn at random without repetition.
[[nodiscard]] std::vector<node_id>
draw(std::vector<node_id> from, std::size_t count, random_source& random);

} // namespace troupe::cluster
