#include "storage/replica/election.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/beats.hpp"
#include "storage/replica/commit.hpp"
#include "storage/replica/writes.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

/// Asks at most so often for a fresher replica to stand before standing oneself.
constexpr auto stand_please_count_max = 2;

duration some_beats(turn& t) {
  return t.s.random.between(duration::zero(), 3 * t.s.timing().beat);
}

void stand(turn& t, bool for_transfer);

void start_asking(turn& t) {
  restart_election_timer(t);
  t.s.candidate.reset();
  t.s.asking = campaign{t.s.at.next(), {t.s.id()}};
  send_to_voters(t, pre_vote{t.s.asking->next, t.s.log.end()});
  if (t.s.asking->in_favour.size() >= t.s.config().majority())
    stand(t, false);
}

void become_master(turn& t) {
  t.s.candidate.reset();
  t.s.known_master = t.s.id();
  auto& m = t.s.master.emplace();
  m.since = t.now;
  m.start = t.s.log.end().seq.next();
  for (const auto& x : t.s.config().members) {
    if (x.replica != t.s.id())
      m.peers.emplace(x.replica, peer{});
  }
  append_own(t, epoch_start_record{});
  send_beats(t, false);
}

void stand(turn& t, bool for_transfer) {
  t.s.at = t.s.at.next();
  t.s.voted_for = t.s.id();
  t.s.verified = lsn{0};
  t.s.last_acked = lsn{0};
  t.s.keep_from = lsn{0};
  t.s.known_master.reset();
  t.s.asking.reset();
  t.s.stream = {};
  t.s.stand_please_count = 0;
  t.s.candidate = candidacy{{t.s.id()}};
  restart_election_timer(t);
  persist(t);
  send_to_voters(t, vote{t.s.log.end(), for_transfer});
  if (t.s.candidate->votes.size() >= t.s.config().majority())
    become_master(t);
}

/// Prefers the freshest: lets `fresher` stand, and waits one T for it.
void ask_to_stand(turn& t, replica_id fresher) {
  if (t.s.stand_please_count >= stand_please_count_max)
    return;
  ++t.s.stand_please_count;
  send(t, fresher, stand_please{});
  t.s.asking.reset();
  t.s.election_at = t.now + t.s.timing().election_timeout;
}

} // namespace

bool sticky(const turn& t) {
  if (t.s.master)
    return t.now < majority_heard(t.s, t.now) + t.s.timing().stick();
  return t.now < t.s.sticky_until;
}

void restart_election_timer(turn& t) {
  auto shortest = t.s.timing().election_timeout;
  t.s.election_at = t.now + t.s.random.between(shortest, 2 * shortest);
}

void election_timeout(turn& t) {
  if (!t.s.may_vote()) {
    restart_election_timer(t);
    return;
  }
  if (sticky(t)) {
    t.s.election_at = t.s.sticky_until + some_beats(t);
    return;
  }
  start_asking(t);
}

void on_master_suspected(turn& t) {
  if (t.s.master || !t.s.may_vote())
    return;
  auto soon = std::max(t.now, t.s.sticky_until) + some_beats(t);
  t.s.election_at = std::min(t.s.election_at, soon);
}

void on_pre_vote(turn& t, replica_id from, const pre_vote& m) {
  if (!t.s.may_vote())
    return;
  auto reply = pre_vote_reply{m.next, vote_refusal::none, {}};
  if (m.next <= t.s.at) {
    reply.why = vote_refusal::stale;
  } else if (sticky(t)) {
    reply.why = vote_refusal::sticky;
    reply.sticky_for = t.s.master ? t.s.timing().stick() : t.s.sticky_until - t.now;
  } else if (m.end < t.s.log.end()) {
    reply.why = vote_refusal::behind;
  }
  send(t, from, reply);
}

void on_pre_vote_reply(turn& t, replica_id from, const pre_vote_reply& m) {
  if (!t.s.asking || t.s.asking->next != m.next || !t.s.config().is_voter(from))
    return;
  switch (m.why) {
    case vote_refusal::stale:
      return; // Its epoch came with the reply, and was adopted if it is newer.
    case vote_refusal::sticky:
      t.s.election_at = std::min(t.s.election_at, t.now + m.sticky_for + some_beats(t));
      return;
    case vote_refusal::behind:
      ask_to_stand(t, from);
      return;
    case vote_refusal::none:
      break;
  }
  t.s.asking->in_favour.insert(from);
  if (t.s.asking->in_favour.size() < t.s.config().majority())
    return;
  // A Beat may have come since the asking began: one's own promise binds, too.
  if (sticky(t))
    t.s.asking.reset();
  else
    stand(t, false);
}

void on_vote(turn& t, replica_id from, const vote& m) {
  if (!t.s.may_vote())
    return;
  auto granted = (!t.s.voted_for || t.s.voted_for == from) && m.end >= t.s.log.end();
  if (granted && !t.s.voted_for) {
    t.s.voted_for = from;
    restart_election_timer(t);
    persist(t);
  }
  send(t, from, vote_reply{granted});
}

void on_vote_reply(turn& t, replica_id from, const vote_reply& m) {
  if (!t.s.candidate || !m.granted || !t.s.config().is_voter(from))
    return;
  t.s.candidate->votes.insert(from);
  if (t.s.candidate->votes.size() >= t.s.config().majority())
    become_master(t);
}

void on_stand_please(turn& t) {
  if (!t.s.master && !t.s.candidate && t.s.may_vote() && !sticky(t))
    start_asking(t);
}

// No pre-vote, and the own promise does not bind: its master has given the lease up. Once
// only: every further try is an ordinary one.
void on_transfer_now(turn& t) {
  if (!t.s.master && !t.s.candidate && t.s.may_vote())
    stand(t, true);
}

void step_down(turn& t) {
  t.s.candidate.reset();
  if (!t.s.master)
    return;
  fail_waiting_clients(t);
  t.s.master.reset();
  t.s.known_master.reset();
  restart_election_timer(t);
  t.out.told.emplace_back(became_slave{});
}

} // namespace troupe::storage
