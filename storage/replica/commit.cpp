#include "storage/replica/commit.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/beats.hpp"
#include "storage/replica/following.hpp"
#include "storage/replica/majority.hpp"
#include "storage/replica/reads.hpp"
#include "storage/replica/writes.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

/// How far each mode's promise reaches now.
struct reached {
  lsn async;
  lsn semi;
  lsn quorum;

  [[nodiscard]] lsn by(ack_mode mode) const {
    switch (mode) {
      case ack_mode::async:
        return async;
      case ack_mode::semi:
        return semi;
      case ack_mode::quorum:
        return quorum;
    }
    return quorum;
  }
};

reached reached_now(const turn& t) {
  auto best = lsn{0};
  for (const auto& [id, p] : t.s.master->peers) {
    if (t.s.config().is_voter(id))
      best = std::max(best, p.match);
  }
  // One that commits has also kept the weaker promises.
  return {
    std::max(t.s.durable, t.s.commit), std::max(std::min(t.s.durable, best), t.s.commit),
    t.s.commit};
}

void answer_writes(turn& t) {
  auto& waiters = t.s.master->waiters;
  auto now = reached_now(t);
  auto furthest = std::max(now.async, now.semi);
  for (auto i = waiters.begin(); i != waiters.end() && i->first <= furthest;) {
    auto seq = i->first;
    std::erase_if(i->second, [&](const write_waiter& x) {
      if (seq > now.by(x.mode))
        return false;
      answer_with_record(t, x.from, seq);
      return true;
    });
    i = i->second.empty() ? waiters.erase(i) : std::next(i);
  }
}

void announce(turn& t) {
  auto& m = *t.s.master;
  if (m.announced || t.s.commit < m.start)
    return;
  m.announced = true;
  t.out.told.emplace_back(became_master{t.s.at});
}

} // namespace

void advance_commit(turn& t) {
  auto held = majority_value(t.s, t.s.durable, [](const peer& p) { return p.match; });
  if (held > t.s.commit && t.s.log.epoch_at(held) == t.s.at) {
    t.s.commit = held;
    announce(t);
    reads_may_go(t);
  }
  answer_writes(t);
}

void learn_commit(turn& t, lsn theirs) {
  t.s.commit = std::max(t.s.commit, std::min(theirs, t.s.verified));
}

void apply_more(turn& t) {
  if (t.s.applying != t.s.applied || t.s.quarantined)
    return;
  auto last = std::min(t.s.commit, t.s.durable);
  auto batch = apply_batch{};
  auto bytes = std::size_t{0};
  while (t.s.applying < last && bytes < t.s.self.apply_bytes_max) {
    const auto* next = t.s.log.find(t.s.applying.next());
    TROUPE_ASSERT(next != nullptr);
    bytes += bytes_of(**next);
    t.s.dedup.apply(**next, batch.dedup);
    batch.records.push_back(*next);
    t.s.applying = t.s.applying.next();
  }
  if (!batch.records.empty())
    t.out.apply = std::move(batch);
}

void on_applied(turn& t, lsn seq) {
  TROUPE_ASSERT(seq == t.s.applying);
  for (auto next = t.s.applied.next(); next <= seq; next = next.next()) {
    const auto& x = **t.s.log.find(next);
    if (const auto* own = std::get_if<slot_own_record>(&x.payload))
      t.s.slots.insert(t.s.slots.end(), own->slots.begin(), own->slots.end());
    if (t.s.master)
      t.s.master->pending.remove(x);
  }
  t.s.applied = seq;
  t.s.log.evict(seq, t.s.self.tail_bytes);
  if (t.s.master)
    early_requests_may_go(t);
}

void on_synced(turn& t, std::uint64_t cut, lsn seq) {
  // Begun before a truncation: by now its LSN may name another record.
  if (cut != t.s.cut)
    return;
  t.s.durable = std::max(t.s.durable, seq);
  if (!t.s.master) {
    acknowledge(t);
    return;
  }
  t.s.master->unsynced_since.reset();
  if (t.s.durable < t.s.log.end().seq)
    t.s.master->unsynced_since = t.now;
  advance_commit(t);
}

void release_more(turn& t) {
  auto last = std::min(t.s.flushed, t.s.keep_from);
  if (last <= t.s.released)
    return;
  t.s.released = last;
  t.out.release = last;
}

} // namespace troupe::storage
