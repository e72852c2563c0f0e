#include "registry/subscriptions.hpp"

#include "actors/base/assert.hpp"

#include <string>
#include <utility>

namespace troupe::registry {

push subscriptions::snapshot_for(subscriber_id id, subscriber& x, const view& now) {
  auto changes = std::vector<view_change>{};
  for (auto& served : now.select(x.wanted.kind, x.wanted.name))
    changes.push_back({std::move(served), false});
  x.lagging = false;
  return {
    id, ++x.sent, true,
    std::make_shared<const std::vector<view_change>>(std::move(changes))};
}

error subscriptions::add(
  subscriber_id id, const pattern& wanted, const view& now, std::vector<push>& out) {
  auto found = subscribers_.find(id);
  if (found == subscribers_.end()) {
    if (subscribers_.size() >= subscribers_max_)
      return fail(
        ec::busy,
        "registry.subscribers_max = " + std::to_string(subscribers_max_) + " is reached");
    found = subscribers_.emplace(id, subscriber{.wanted = wanted}).first;
    by_pattern_[wanted].insert(id);
  }
  auto& x = found->second;
  if (x.wanted != wanted)
    return fail(
      ec::already_exists,
      "subscriber " + to_string(id) + " wants something else; unsubscribe first");
  if (full(x))
    x.lagging = true;
  else
    out.push_back(snapshot_for(id, x, now));
  return {};
}

void subscriptions::remove(subscriber_id id) {
  auto found = subscribers_.find(id);
  if (found == subscribers_.end())
    return;
  auto peers = by_pattern_.find(found->second.wanted);
  peers->second.erase(id);
  if (peers->second.empty())
    by_pattern_.erase(peers);
  subscribers_.erase(found);
}

void subscriptions::publish(
  const std::vector<view_change>& changes, std::vector<push>& out) {
  auto sorted = std::map<pattern, std::vector<view_change>>{};
  for (const auto& x : changes) {
    for (const auto& wanted :
         {pattern{x.entry.key.kind, x.entry.key.name}, pattern{x.entry.key.kind, {}}})
      if (by_pattern_.contains(wanted))
        sorted[wanted].push_back(x);
  }
  for (auto& [wanted, part] : sorted)
    publish_to(
      wanted, std::make_shared<const std::vector<view_change>>(std::move(part)), out);
}

void subscriptions::publish_to(
  const pattern& wanted, const shared_changes& changes, std::vector<push>& out) {
  for (auto id : by_pattern_.at(wanted)) {
    auto& x = subscribers_.at(id);
    x.lagging = x.lagging || full(x);
    if (!x.lagging)
      out.push_back({id, ++x.sent, false, changes});
  }
}

error subscriptions::acked(
  subscriber_id id, std::uint64_t number, const view& now, std::vector<push>& out) {
  auto found = subscribers_.find(id);
  if (found == subscribers_.end())
    return fail(ec::not_found, "no subscriber " + to_string(id));
  auto& x = found->second;
  if (number > x.sent)
    return fail(
      ec::invalid_argument, "subscriber " + to_string(id) + " acknowledges push "
                              + std::to_string(number) + " of " + std::to_string(x.sent));
  if (number > x.acked)
    x.acked = number;
  if (x.lagging && x.acked == x.sent)
    out.push_back(snapshot_for(id, x, now));
  return {};
}

void subscriptions::check_invariants() const {
  TROUPE_ASSERT(subscribers_.size() <= subscribers_max_);
  auto listed = std::size_t{0};
  for (const auto& [wanted, ids] : by_pattern_) {
    TROUPE_ASSERT(!ids.empty());
    listed += ids.size();
    for (auto id : ids)
      TROUPE_ASSERT(subscribers_.at(id).wanted == wanted);
  }
  TROUPE_ASSERT(listed == subscribers_.size());
  for (const auto& [id, x] : subscribers_)
    TROUPE_ASSERT(x.acked <= x.sent && x.sent - x.acked <= unacked_max_);
}

} // namespace troupe::registry
