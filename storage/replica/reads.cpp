#include "storage/replica/reads.hpp"

#include "storage/replica/beats.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

/// What must be applied before the store shows all that could have been answered.
lsn index_for(const turn& t, const read_request& read) {
  if (read.keys.empty())
    return t.s.log.end().seq;
  auto result = t.s.commit;
  for (const auto& key : read.keys)
    result = std::max(result, t.s.master->pending.latest(read.in, key));
  return result;
}

/// Lets `read` wait for a round that begins after now. Not one for each read: while one
/// is under way, those that come wait for the next.
void want_round(turn& t, pending_read& read) {
  auto& m = *t.s.master;
  read.round = m.round + 1;
  if (majority_round(t.s) < m.read_round) {
    m.round_wanted = true;
    return;
  }
  send_beats(t);
  m.read_round = m.round;
}

/// Moves one read on as far as it can go.
void proceed(turn& t, pending_read& read) {
  if (t.s.commit < t.s.master->start)
    return;
  if (!read.indexed) {
    read.indexed = true;
    read.index = index_for(t, read.what);
    if (read.what.level == read_level::master || !lease_valid(t.s, t.now))
      want_round(t, read);
  }
  if (read.looking || t.s.applied < read.index || majority_round(t.s) < read.round)
    return;
  read.looking = true;
  t.out.lookups.push_back(read.what.from);
}

void refuse(turn& t, ticket to, answer_status why) {
  t.out.answers.push_back({to, why, {}, {}, t.s.known_master});
}

} // namespace

void on_read(turn& t, read_request&& request) {
  auto from = request.from;
  if (!t.s.master) {
    refuse(t, from, answer_status::not_master);
  } else if (!is_fresh(t.s, t.now)) {
    refuse(t, from, answer_status::no_quorum);
  } else if (t.s.master->reads.size() >= t.s.self.waiting_count_max) {
    refuse(t, from, answer_status::busy);
  } else {
    auto& read = t.s.master->reads[from];
    read.what = std::move(request);
    proceed(t, read);
  }
}

void on_looked_up(turn& t, ticket from) {
  if (!t.s.master)
    return; // It was answered when the mastership ended.
  auto found = t.s.master->reads.find(from);
  if (found == t.s.master->reads.end() || !found->second.looking)
    return;
  auto& read = found->second;
  if (read.round > 0 || lease_valid(t.s, t.now)) {
    t.out.answers.push_back(
      {from, answer_status::ok, {}, t.s.log.position_of(t.s.applied), {}});
    t.s.master->reads.erase(found);
    return;
  }
  // The lease ran out while the store was read. What was read may be old: again, with a
  // round in its place.
  read.looking = false;
  read.index = index_for(t, read.what);
  want_round(t, read);
  proceed(t, read);
}

void reads_may_go(turn& t) {
  for (auto& [from, read] : t.s.master->reads)
    proceed(t, read);
}

void rounds_advanced(turn& t) {
  auto& m = *t.s.master;
  if (m.round_wanted && majority_round(t.s) >= m.read_round) {
    m.round_wanted = false;
    send_beats(t);
    m.read_round = m.round;
  }
  reads_may_go(t);
}

void expire_reads(turn& t) {
  std::erase_if(t.s.master->reads, [&](const auto& x) {
    if (t.now < x.second.what.deadline)
      return false;
    refuse(t, x.first, answer_status::no_quorum);
    return true;
  });
}

} // namespace troupe::storage
