#include "storage/replica/reads.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/beats.hpp"
#include "storage/replica/writes.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

/// The newest record that shows in the rows read. All that could have been answered
/// before is committed, or is pending for the keys.
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
  send_beats(t, true);
}

bool is_ready(const turn& t, const pending_read& read) {
  return read.confirmed && t.s.commit >= read.index
         && (read.round == 0 || majority_round(t.s) >= read.round);
}

} // namespace

void take_read(turn& t, const read_request& request) {
  auto& m = *t.s.master;
  auto why = answer_status::ok;
  if (!owns(t.s, request.in))
    why = answer_status::moved;
  else if (!is_fresh(t.s, t.now))
    why = answer_status::no_quorum;
  else if (
    m.reads.size() >= t.s.self.waiting_count_max
    || m.read_bytes >= t.s.self.reading_bytes_max)
    why = answer_status::busy;
  if (why != answer_status::ok) {
    t.out.answers.push_back({request.from, why, {}, {}, t.s.known_master});
    return;
  }
  TROUPE_ASSERT(t.s.commands != nullptr);
  auto rows = pending_view{m.pending, *t.s.stored};
  auto reply = t.s.commands->query(request.what, request.in, rows, request.wall_ms);
  if (!reply) {
    delete_expired(t, request);
    return;
  }
  m.read_bytes += reply->size();
  m.reads.push_back(
    {request.from, request.level, request.deadline, std::move(*reply),
     index_for(t, request)});
  m.deadline = std::min(m.deadline, request.deadline);
  t.out.reads_taken = true;
}

void on_confirm_reads(turn& t) {
  if (!t.s.master)
    return; // They were answered when the mastership ended.
  auto under_lease = lease_valid(t.s, t.now);
  for (auto& read : t.s.master->reads) {
    if (read.confirmed)
      continue;
    read.confirmed = true;
    if (read.level == read_level::master || !under_lease)
      want_round(t, read);
  }
  reads_may_go(t);
}

void reads_may_go(turn& t) {
  std::erase_if(t.s.master->reads, [&](pending_read& read) {
    if (!is_ready(t, read))
      return false;
    t.s.master->read_bytes -= read.reply.size();
    t.out.answers.push_back(
      {read.from,
       answer_status::ok,
       std::move(read.reply),
       t.s.log.position_of(t.s.commit),
       {}});
    return true;
  });
}

void rounds_advanced(turn& t) {
  auto& m = *t.s.master;
  if (m.round_wanted && majority_round(t.s) >= m.read_round) {
    m.round_wanted = false;
    send_beats(t, true);
  }
  reads_may_go(t);
}

void expire_reads(turn& t) {
  std::erase_if(t.s.master->reads, [&](const pending_read& x) {
    if (t.now < x.deadline)
      return false;
    t.s.master->read_bytes -= x.reply.size();
    t.out.answers.push_back({x.from, answer_status::no_quorum, {}, {}, t.s.known_master});
    return true;
  });
}

} // namespace troupe::storage
