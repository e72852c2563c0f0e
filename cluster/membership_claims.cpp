/// The part of `membership` that decides what to believe of what it is told.
#include "actors/base/assert.hpp"
#include "cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

void membership::hear(
  const node_id& from, const std::vector<member>& claims, time_point now) {
  auto corrections = std::vector<member>{};
  for (const auto& claim : claims) {
    absorb(claim, now);
    if (outdated_accusation(claim))
      corrections.push_back(*table_.find(claim.node.id));
  }
  if (!corrections.empty())
    send(from, gossip{std::move(corrections)});
}

/// Whoever still tells an accusation that was refuted missed the refutation, and would
/// declare the death when its suspicion ends: it is told at once. Without this one lost
/// refutation in some thousands ends so (measured at 10 % loss).
bool membership::outdated_accusation(const member& claim) const {
  const auto* known = table_.find(claim.node.id);
  auto accuses
    = claim.state == member_state::suspect || claim.state == member_state::dead;
  return accuses && known != nullptr && known->state == member_state::alive;
}

void membership::absorb(const member& claim, time_point now) {
  if (claim.node.id == self_) {
    hear_about_self(claim);
    return;
  }
  if (too_old(claim))
    return;
  auto believed = moderated(claim, now);
  if (confirm(believed))
    return;
  const auto* known = table_.find(claim.node.id);
  auto was_present = known != nullptr && present(known->state);
  if (!table_.apply(believed, out_.news))
    return;
  queue_.push(believed);
  follow(believed, was_present, now);
}

/// Whoever does not know, or has reclaimed, a member that is long gone need not learn of
/// it: the others reclaim it soon, too. Without this two nodes would remind each other of
/// it in turn, for ever. Half of the time is left, so that no difference of their clocks
/// or of what they saw matters.
bool membership::too_old(const member& claim) const {
  auto gone = claim.state == member_state::dead || claim.state == member_state::left;
  return gone && 2 * claim.gone_for >= config_.reclaim_after
         && table_.find(claim.node.id) == nullptr;
}

/// A death is believed only by those who suspected that incarnation for `suspicion_min`
/// already; for others it is a suspicion. So the accused always has that long to refute.
///
/// A suspicion reaches all within a fraction of that time, so this delays nothing that is
/// true. What it stops are stale verdicts: after a partition each half brings the other
/// its list of the dead, and a lone node that was cut off brings it to all. memberlist
/// does so for full exchanges only, and believes the second that comes.
member membership::moderated(const member& claim, time_point now) const {
  auto result = claim;
  const auto* known = table_.find(claim.node.id);
  if (claim.state != member_state::dead || known == nullptr || !present(known->state))
    return result;
  auto suspected
    = known->state == member_state::suspect && same_refutation(claim, *known);
  if (!suspected || !suspicions_.at(claim.node.id).ripe(now)) {
    result.state = member_state::suspect;
    result.gone_for = {};
  }
  return result;
}

/// Source: Lifeguard section IV-B: each of the first K independent suspicions is passed
/// on, so that everybody's time-out shrinks.
bool membership::confirm(const member& claim) {
  const auto* known = table_.find(claim.node.id);
  if (
    known == nullptr || claim.state != member_state::suspect
    || known->state != member_state::suspect || !same_refutation(claim, *known))
    return false;
  if (suspicions_.at(claim.node.id).confirm(claim.accuser))
    queue_.push(claim);
  return true;
}

/// Brings ring, suspicions and the recently dead in line with a claim that was taken in.
void membership::follow(const member& claim, bool was_present, time_point now) {
  const auto& id = claim.node.id;
  if (present(claim.state))
    ring_.insert(id, random_);
  else
    ring_.erase(id);
  if (claim.state == member_state::suspect)
    begin_suspicion(claim, now);
  else
    suspicions_.erase(id);
  auto gone = claim.state == member_state::dead || claim.state == member_state::left;
  if (gone)
    gone_since_.insert_or_assign(id, now - claim.gone_for);
  else
    gone_since_.erase(id);
  if (claim.state != member_state::dead)
    recently_dead_.erase(id);
  else if (was_present)
    recently_dead_.insert_or_assign(id, now);
}

void membership::begin_suspicion(const member& claim, time_point now) {
  // Who could confirm: the others that are well. memberlist expects nobody as soon as
  // these are fewer than it wants, and lets a lone accuser of three decide at once.
  auto witnesses = table_.alive_count() - (self().state == member_state::alive ? 1U : 0U);
  auto wanted = std::size_t{config_.suspicion_mult - 2};
  auto count = table_.present_count();
  auto within = suspicion::limits{
    static_cast<unsigned>(std::min(wanted, witnesses)), suspicion_min(config_, count),
    suspicion_max(config_, count)};
  suspicions_.insert_or_assign(claim.node.id, suspicion{claim.accuser, within, now});
}

void membership::expire_suspicions(time_point now) {
  auto dead = std::vector<member>{};
  for (const auto& [id, open] : suspicions_)
    if (now >= open.deadline())
      dead.push_back(*table_.find(id));
  for (auto& claim : dead) {
    claim.state = member_state::dead;
    claim.accuser = self_;
    absorb(claim, now);
  }
}

void membership::reclaim(time_point now) {
  for (auto i = gone_since_.begin(); i != gone_since_.end();) {
    const auto& [id, since] = *i;
    if (now - since < config_.reclaim_after) {
      ++i;
      continue;
    }
    table_.reclaim(id, out_.news);
    queue_.drop(id);
    recently_dead_.erase(id);
    i = gone_since_.erase(i);
  }
}

void membership::accuse(const node_id& target, time_point now) {
  auto claim = *table_.find(target);
  claim.state = member_state::suspect;
  claim.accuser = self_;
  absorb(claim, now);
}

void membership::hear_about_self(const member& claim) {
  const auto& own = self();
  if (claim.state == member_state::forgotten) {
    expel();
  } else if (claim.node.incarnation > own.node.incarnation) {
    outlived_by(claim);
  } else if (!supersedes(claim, own)) {
    return;
  } else if (claim.state == member_state::suspect || claim.state == member_state::dead) {
    refute(claim);
  } else if (!cloned_) {
    // Alive or left, and newer than what we said: these are not our words.
    cloned_ = true;
    out_.news.push_back({member_event::cloned, claim, {}});
  }
}

/// Source: SWIM section 4.2; Lifeguard section IV-A counts having to refute as evidence
/// of own ill health.
void membership::refute(const member& claim) {
  health_.worsen(1);
  auto next = self();
  next.refutation = claim.refutation.next();
  change_self(next);
  out_.news.push_back({member_event::accused, self(), {}});
}

void membership::change_self(const member& next) {
  auto changed = table_.apply(next, out_.news);
  TROUPE_ASSERT(changed);
  queue_.push(next);
}

void membership::outlived_by(const member& claim) {
  if (claim.node.incarnation <= outlived_by_)
    return;
  outlived_by_ = claim.node.incarnation;
  out_.news.push_back({member_event::outlived, claim, {}});
}

void membership::expel() {
  if (phase_ == phase::expelled)
    return;
  phase_ = phase::expelled;
  probes_.clear();
  relays_.clear();
  queue_.clear();
  out_.news.push_back({member_event::expelled, self(), {}});
}

} // namespace troupe::cluster
