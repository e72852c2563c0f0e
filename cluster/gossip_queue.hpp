/// Claims that still have to be passed on, those told least often first.
///
/// A newer claim about a member replaces the older one, so the queue never holds more
/// than one entry per member. Cost: O(log n) per claim. Source: SWIM section 4.1
/// (piggybacking, fewest transmissions first, lambda log n times); among equals the
/// newest goes first, as in memberlist.
#pragma once

#include "cluster/member.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace troupe::cluster {

class gossip_queue {
public:
  /// Queues `claim`, as never told, in place of any other about the same member.
  void push(const member& claim);

  /// Takes out the next claims that fit in `bytes_max` together, at least one if there is
  /// any; counts each as told once, and drops those told `tell_limit` times.
  [[nodiscard]] std::vector<member> take(std::size_t bytes_max, unsigned tell_limit);

  /// Drops what is queued about a member, if anything.
  void drop(const node_id& about);

  /// Drops everything: there is nobody to tell.
  void clear();

  [[nodiscard]] bool contains(const node_id& about) const;
  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] std::size_t size() const { return order_.size(); }

private:
  struct rank {
    unsigned told = 0;
    std::uint64_t age = 0; // Falls with each push: smaller is newer.
    node_id about;

    friend auto operator<=>(const rank&, const rank&) = default;
  };

  struct entry {
    rank place;
    member claim;
  };

  void tell(const rank& place, unsigned tell_limit);

  std::uint64_t next_age_ = ~std::uint64_t{0};
  std::set<rank> order_;
  std::map<node_id, entry> entries_;
};

} // namespace troupe::cluster
