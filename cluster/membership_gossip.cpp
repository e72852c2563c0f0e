/// The part of `membership` that spreads news: gossip (SWIM section 4.1), full exchanges,
/// and attempts at those who are lost.
#include "cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

/// What to tell `to` with the next message to it. Whoever is held to be suspect or dead
/// hears that first: it may want to refute. Source: Lifeguard section IV-C, "Buddy
/// System", there for suspicions in pings only.
std::vector<member> membership::claims_for(const node_id& to) {
  auto count = ring_.members().size() + 1; // This node too, also while it leaves.
  auto result = queue_.take(config_.gossip_bytes_max, retransmit_limit(config_, count));
  const auto* known = table_.find(to);
  auto accused
    = known != nullptr
      && (known->state == member_state::suspect || known->state == member_state::dead);
  auto about_reader = [&to](const member& claim) { return claim.node.id == to; };
  if (accused && std::ranges::none_of(result, about_reader))
    result.insert(result.begin(), *known);
  tell_ages(result);
  return result;
}

std::vector<member> membership::all_claims() const {
  auto result = table_.claims();
  tell_ages(result);
  return result;
}

void membership::tell_ages(std::vector<member>& claims) const {
  for (auto& claim : claims)
    if (auto since = gone_since_.find(claim.node.id); since != gone_since_.end())
      claim.gone_for = std::chrono::floor<std::chrono::seconds>(now_ - since->second);
}

void membership::gossip_round(time_point now) {
  auto speaks = phase_ == phase::running || phase_ == phase::leaving;
  if (!speaks || queue_.empty() || now < next_gossip_)
    return;
  next_gossip_ = now + config_.gossip_interval;
  auto chosen = draw(listeners(now), config_.gossip_node_count, random_);
  // Whoever comes later gets everything by an exchange.
  if (chosen.empty())
    queue_.clear();
  for (const auto& to : chosen)
    if (auto claims = claims_for(to); !claims.empty())
      send(to, gossip{std::move(claims)});
}

/// Those present, and, unless we leave, the recently dead: one that is alive must hear
/// it.
std::vector<node_id> membership::listeners(time_point now) {
  std::erase_if(recently_dead_, [this, now](const auto& entry) {
    return now - entry.second >= config_.gossip_to_dead_for;
  });
  auto result = ring_.members();
  if (phase_ != phase::leaving)
    for (const auto& [id, since] : recently_dead_)
      result.push_back(id);
  return result;
}

void membership::push_pull_next(time_point now) {
  next_push_pull_ = now + push_pull_period(config_, table_.present_count());
  for (const auto& peer : draw(ring_.members(), 1, random_))
    exchange_with(peer);
}

void membership::exchange_with(const node_id& peer) {
  send(peer, push_pull{push_pull::kind::request, all_claims()});
}

void membership::reconnect(time_point now) {
  auto alone = table_.present_count() == 1;
  next_reconnect_ = now + (alone ? config_.join_interval : config_.reconnect_interval);
  out_.redials = lost_contacts();
}

/// Seeds at which nobody present was ever met, and some of the dead. That the halves of a
/// cluster cut for an hour merge without a human depends on it: seeds are never given up,
/// the dead not within `reclaim_after`.
std::vector<membership::contact> membership::lost_contacts() {
  auto result = std::vector<contact>{};
  for (const auto& [address, met] : seeds_) {
    const auto* known = table_.find(met);
    if (known == nullptr || !present(known->state))
      result.push_back({address, {}});
  }
  auto dead = std::vector<node_id>{};
  for (const auto& [id, known] : table_.members())
    if (known.state == member_state::dead && !seeds_.contains(known.endpoints.link))
      dead.push_back(id);
  for (const auto& id : draw(std::move(dead), config_.reconnect_count, random_))
    result.push_back({table_.find(id)->endpoints.link, id});
  return result;
}

} // namespace troupe::cluster
