#include "cluster/probe_ring.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

/// Fisher and Yates' shuffle of the first `count` places.
void shuffle_front(std::vector<node_id>& ids, std::size_t count, random_source& random) {
  for (std::size_t i = 0; i < count && i + 1 < ids.size(); ++i)
    std::swap(ids[i], ids[i + random.below(ids.size() - i)]);
}

} // namespace

void probe_ring::insert(const node_id& id, random_source& random) {
  if (std::ranges::find(ring_, id) != ring_.end())
    return;
  auto place = random.below(ring_.size() + 1);
  ring_.insert(ring_.begin() + static_cast<std::ptrdiff_t>(place), id);
  // A place already passed waits for the next round; the others keep their turn.
  if (place < next_)
    ++next_;
}

void probe_ring::erase(const node_id& id) {
  auto found = std::ranges::find(ring_, id);
  if (found == ring_.end())
    return;
  if (static_cast<std::size_t>(found - ring_.begin()) < next_)
    --next_;
  ring_.erase(found);
}

std::optional<node_id> probe_ring::next(
  const std::function<bool(const node_id&)>& wanted, random_source& random) {
  for (std::size_t looked_at = 0; looked_at < ring_.size(); ++looked_at) {
    if (next_ >= ring_.size()) {
      shuffle_front(ring_, ring_.size(), random);
      next_ = 0;
    }
    const auto& candidate = ring_[next_++];
    if (wanted(candidate))
      return candidate;
  }
  return std::nullopt;
}

std::vector<node_id>
draw(std::vector<node_id> from, std::size_t count, random_source& random) {
  auto size = std::min(count, from.size());
  shuffle_front(from, size, random);
  from.resize(size);
  return from;
}

} // namespace troupe::cluster
