#include "storage/replica/following.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/commit.hpp"
#include "storage/replica/election.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

std::size_t credit(const turn& t) {
  auto unsynced = t.s.log.bytes_after(t.s.durable);
  return unsynced < t.s.self.credit_bytes ? t.s.self.credit_bytes - unsynced : 0;
}

void truncate_after(turn& t, lsn last) {
  TROUPE_ASSERT(!t.out.truncate_after && t.out.append.empty());
  t.s.log.truncate_after(last);
  t.s.durable = std::min(t.s.durable, last);
  ++t.s.cut;
  t.out.cut = t.s.cut;
  t.out.truncate_after = last;
  t.out.told.emplace_back(lost_records{last});
}

void take_in(turn& t, const record_ptr& x) {
  auto seq = x->at.seq;
  if (t.s.log.epoch_at(seq) == x->at.at)
    return; // The same record: it stays, and everything behind it.
  if (seq <= t.s.log.end().seq) {
    TROUPE_ASSERT(seq > std::max(t.s.commit, t.s.verified));
    truncate_after(t, before(seq));
  }
  t.s.log.append(x);
  t.out.append.push_back(x);
}

} // namespace

void follow(turn& t, replica_id master) {
  TROUPE_ASSERT(!t.s.master); // Two masters in one epoch.
  t.s.candidate.reset();
  t.s.asking.reset();
  t.s.known_master = master;
  t.s.stand_please_count = 0;
  t.s.sticky_until = std::max(t.s.sticky_until, t.now + t.s.timing().stick());
  restart_election_timer(t);
}

void subscribe_unless_open(turn& t) {
  auto& s = t.s.stream;
  if (s.open && t.now < s.opened_at + 3 * t.s.timing().beat)
    return;
  s = {t.s.random(), true, false, t.now};
  send(
    t, *t.s.known_master,
    subscribe{s.id, t.s.log.end(), t.s.log.history().tail_from(t.s.commit), credit(t)});
}

void on_ship(turn& t, replica_id from, const ship& m) {
  follow(t, from);
  if (!t.s.log.has(m.prev)) {
    subscribe_unless_open(t);
    return;
  }
  if (t.s.stream.open && m.stream == t.s.stream.id) {
    t.s.stream.open = false;
    t.s.stream.established = true;
  }
  for (const auto& x : m.records)
    take_in(t, x);
  // Not the end of the log: behind the batch may stand another master's records.
  auto last = m.records.empty() ? m.prev.seq : m.records.back()->at.seq;
  t.s.verified = std::max(t.s.verified, last);
  learn_commit(t, m.commit);
  if (t.out.append.empty())
    acknowledge(t);
}

void acknowledge(turn& t) {
  if (!t.s.known_master || t.s.quarantined || t.s.master || t.s.verified == lsn{0})
    return;
  auto acked = std::min(t.s.verified, t.s.durable);
  t.s.last_acked = std::max(t.s.last_acked, acked);
  send(t, *t.s.known_master, ship_ack{acked, t.s.applied, credit(t)});
}

void on_diverged(turn& t, replica_id from, const diverged& m) {
  // A late duplicate would cut records that were acknowledged meanwhile.
  if (
    !t.s.stream.open || m.stream != t.s.stream.id || m.common.seq < t.s.verified
    || from != t.s.known_master)
    return;
  t.s.stream.open = false;
  if (m.common.seq < t.s.commit) {
    quarantine(
      t, "the master's log parts from here at " + to_string(m.common)
           + ", before the commit at " + to_string(t.s.commit));
    return;
  }
  if (m.common.seq < t.s.log.end().seq)
    truncate_after(t, m.common.seq);
  subscribe_unless_open(t);
}

} // namespace troupe::storage
