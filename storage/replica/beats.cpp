#include "storage/replica/beats.hpp"

#include "storage/replica/commit.hpp"
#include "storage/replica/election.hpp"
#include "storage/replica/following.hpp"
#include "storage/replica/majority.hpp"
#include "storage/replica/reads.hpp"
#include "storage/replica/shipping.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

/// Least acknowledgement of all configured replicas; 0 while one was not heard.
lsn keep_from(const turn& t) {
  auto result = t.s.durable;
  for (const auto& [id, p] : t.s.master->peers)
    result = std::min(result, p.match);
  return result;
}

/// The next multiple of a beat: all masters of a node beat together, so that their Beats
/// can share a message. Never later than one beat from now.
time_point next_beat(time_point now, duration beat) {
  auto since = now.time_since_epoch() % beat;
  return now + (since < duration::zero() ? -since : beat - since);
}

time_point quorum_deadline(const replica_state& s, time_point now) {
  return std::max(majority_heard(s, now), s.master->since) + s.timing().election_timeout;
}

/// The voter whose log is closest to one's own; none when none but `failed` was heard of
/// late.
std::optional<replica_id>
best_slave(const turn& t, const std::set<replica_id>& failed = {}) {
  auto result = std::optional<replica_id>{};
  auto match = lsn{0};
  auto heard_after = t.now - t.s.timing().election_timeout;
  for (const auto& [id, p] : t.s.master->peers) {
    auto is_there = p.heard && p.acked_sent_at > heard_after && !failed.contains(id);
    if (is_there && t.s.config().is_voter(id) && (!result || p.match > match)) {
      result = id;
      match = p.match;
    }
  }
  return result;
}

void hand_over(turn& t, replica_id to) {
  // A late Vote of this handover ignores every promise: no lease in this epoch any more.
  t.s.master->lease_given_up = true;
  send(t, to, transfer_now{});
}

time_point transfer_deadline(const turn& t) {
  return t.now + t.s.timing().election_timeout;
}

/// Its slave was late: what it was sent may be lost. Safe even when both stand: a vote is
/// given once an epoch.
void try_next_slave(turn& t) {
  auto& handover = t.s.master->handover;
  handover->failed.insert(handover->to);
  auto next = handover->to_any ? best_slave(t, handover->failed) : std::nullopt;
  if (!next) {
    handover.reset();
    return;
  }
  handover->to = *next;
  handover->deadline = transfer_deadline(t);
  handover->asked = false;
  advance_transfer(t);
}

} // namespace

void send_beats(turn& t, bool for_read) {
  auto& m = *t.s.master;
  ++m.round;
  m.sent_at[m.round] = t.now;
  auto too_old = t.now - 2 * t.s.timing().election_timeout;
  std::erase_if(m.sent_at, [&](const auto& x) { return x.second < too_old; });
  m.beat_at = next_beat(t.now, t.s.timing().beat);
  t.s.keep_from = keep_from(t);
  if (for_read)
    m.read_round = m.round;
  send_to_members(t, beat{m.round, t.s.commit, t.s.keep_from, for_read});
}

void on_beat(turn& t, replica_id from, const beat& m) {
  follow(t, from);
  t.s.keep_from = std::max(t.s.keep_from, m.keep_from);
  learn_commit(t, m.commit);
  if (!t.s.stream.established)
    subscribe_unless_open(t);
  send(t, from, beat_ack{m.round, t.s.durable, t.s.applied, m.for_read});
}

void on_beat_ack(turn& t, replica_id from, const beat_ack& m) {
  if (!t.s.master)
    return;
  auto found = t.s.master->peers.find(from);
  auto sent = t.s.master->sent_at.find(m.round);
  if (found == t.s.master->peers.end() || sent == t.s.master->sent_at.end())
    return;
  auto& p = found->second;
  p.heard = true;
  p.acked_round = std::max(p.acked_round, m.round);
  p.acked_sent_at = std::max(p.acked_sent_at, sent->second);
  p.durable = m.durable;
  p.applied = m.applied;
  resend_if_stuck(t, from);
  rounds_advanced(t);
}

time_point majority_heard(const replica_state& s, time_point now) {
  return majority_value(s, now, [](const peer& p) { return p.acked_sent_at; });
}

std::uint64_t majority_round(const replica_state& s) {
  return majority_value(s, s.master->round, [](const peer& p) { return p.acked_round; });
}

bool is_fresh(const replica_state& s, time_point now) {
  return now < quorum_deadline(s, now);
}

bool lease_valid(const replica_state& s, time_point now) {
  if (!s.timing().lease_on() || s.master->lease_given_up)
    return false;
  auto heard = majority_heard(s, now);
  return heard != time_point::min() && now < heard + s.timing().lease_usable();
}

void master_tick(turn& t) {
  auto& m = *t.s.master;
  if (!is_fresh(t.s, t.now)) {
    step_down(t);
    return;
  }
  if (m.unsynced_since && t.now >= *m.unsynced_since + t.s.self.disk_stall) {
    if (auto to = best_slave(t))
      hand_over(t, *to);
    step_down(t);
    return;
  }
  if (m.handover && t.now >= m.handover->deadline)
    try_next_slave(t);
  if (t.now >= m.beat_at)
    send_beats(t, false);
}

void start_transfer(turn& t, std::optional<replica_id> to) {
  if (!t.s.master)
    return;
  auto to_any = !to;
  if (!to)
    to = best_slave(t);
  if (!to || *to == t.s.id() || !t.s.config().is_voter(*to))
    return;
  t.s.master->handover = transfer{*to, transfer_deadline(t), false, to_any, {}};
  advance_transfer(t);
}

void advance_transfer(turn& t) {
  auto& m = *t.s.master;
  if (
    !m.handover || m.handover->asked || m.peers[m.handover->to].match < t.s.log.end().seq)
    return;
  m.handover->asked = true;
  hand_over(t, m.handover->to);
}

time_point next_master_tick(const turn& t) {
  const auto& m = *t.s.master;
  auto result = std::min(m.beat_at, quorum_deadline(t.s, t.now));
  if (m.unsynced_since)
    result = std::min(result, *m.unsynced_since + t.s.self.disk_stall);
  if (m.handover)
    result = std::min(result, m.handover->deadline);
  return result;
}

} // namespace troupe::storage
