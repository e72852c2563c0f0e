#include "cluster/gossip_queue.hpp"

#include "actors/base/assert.hpp"

namespace troupe::cluster {

void gossip_queue::push(const member& claim) {
  const auto& id = claim.node.id;
  if (auto found = entries_.find(id); found != entries_.end())
    order_.erase(found->second.place);
  auto place = rank{0, next_age_--, id};
  order_.insert(place);
  entries_.insert_or_assign(id, entry{place, claim});
}

std::vector<member> gossip_queue::take(std::size_t bytes_max, unsigned tell_limit) {
  auto result = std::vector<member>{};
  auto told = std::vector<rank>{};
  auto bytes = std::size_t{0};
  for (const auto& place : order_) {
    const auto& claim = entries_.at(place.about).claim;
    bytes += wire_bytes(claim);
    if (bytes > bytes_max && !result.empty())
      break;
    result.push_back(claim);
    told.push_back(place);
  }
  for (const auto& place : told)
    tell(place, tell_limit);
  return result;
}

void gossip_queue::tell(const rank& place, unsigned tell_limit) {
  auto found = entries_.find(place.about);
  TROUPE_ASSERT(found != entries_.end());
  order_.erase(place);
  if (++found->second.place.told >= tell_limit)
    entries_.erase(found);
  else
    order_.insert(found->second.place);
}

void gossip_queue::drop(const node_id& about) {
  if (auto found = entries_.extract(about); !found.empty())
    order_.erase(found.mapped().place);
}

void gossip_queue::clear() {
  order_.clear();
  entries_.clear();
}

bool gossip_queue::contains(const node_id& about) const {
  return entries_.contains(about);
}

} // namespace troupe::cluster
