#include "storage/replica/writes.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/beats.hpp"
#include "storage/replica/commit.hpp"
#include "storage/replica/reads.hpp"
#include "storage/replica/shipping.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

void refuse(turn& t, ticket to, answer_status why) {
  t.out.answers.push_back({to, why, {}, {}, t.s.known_master});
}

bool owns(const replica_state& s, slot x) {
  return std::ranges::any_of(s.slots, [x](const slot_range& r) { return r.contains(x); });
}

/// Why the master cannot take a write now; `ok` when it can.
answer_status obstacle(const turn& t, const write_request& request) {
  if (!owns(t.s, request.in))
    return answer_status::moved;
  if (!is_fresh(t.s, t.now))
    return answer_status::no_quorum;
  if (
    t.s.master->handover
    || t.s.log.bytes_after(t.s.commit) > t.s.self.uncommitted_bytes_max)
    return answer_status::busy;
  return answer_status::ok;
}

void wait_for(turn& t, const write_request& request, lsn seq) {
  auto mode = request.mode.value_or(t.s.timing().ack);
  t.s.master->waiters[seq].push_back({request.from, mode, request.deadline});
}

evaluation evaluate_now(const turn& t, const write_request& request) {
  auto rows = pending_view{t.s.master->pending, *t.s.stored};
  if (const auto* plain = std::get_if<conditional_write>(&request.what))
    return evaluate(*plain, request.in, rows);
  TROUPE_ASSERT(t.s.commands != nullptr);
  return t.s.commands->evaluate(
    std::get<command>(request.what), request.in, rows, request.wall_ms);
}

void execute(turn& t, const write_request& request) {
  auto done = evaluate_now(t, request);
  for (auto& e : done.effects) {
    if (e.value)
      e.value->version = t.s.log.end().seq.next().value();
  }
  auto appended = append_own(
    t, write_record{
         request.request, request.answered_below, request.in, std::move(done.effects),
         std::move(done.reply)});
  wait_for(t, request, appended->at.seq);
}

/// Finds a request that was executed already; otherwise executes it.
void execute_once(turn& t, const write_request& request) {
  using verdict = dedup_table::verdict;
  if (auto seq = t.s.master->pending.find(request.request); seq > lsn{0}) {
    wait_for(t, request, seq);
    advance_commit(t); // It may be as durable as this one asks for.
    return;
  }
  auto found = t.s.dedup.look_up(request.request, t.s.self.dedup);
  switch (found.what) {
    case verdict::fresh:
      break;
    case verdict::stored:
      t.out.answers.push_back(
        {request.from, answer_status::ok, std::move(found.reply), {}, {}});
      return;
    case verdict::answered:
      refuse(t, request.from, answer_status::answered);
      return;
    case verdict::expired:
      refuse(t, request.from, answer_status::session_expired);
      return;
    case verdict::full:
      refuse(t, request.from, answer_status::busy);
      return;
  }
  if (auto why = obstacle(t, request); why != answer_status::ok)
    refuse(t, request.from, why);
  else
    execute(t, request);
}

} // namespace

void on_write(turn& t, write_request&& request) {
  if (!t.s.master) {
    refuse(t, request.from, answer_status::not_master);
    return;
  }
  auto& m = *t.s.master;
  if (t.s.applied >= m.start) {
    execute_once(t, request);
    return;
  }
  // Before it, the store lacks records that are committed, and replies that were given.
  if (m.early_writes.size() >= t.s.self.waiting_count_max)
    refuse(t, request.from, answer_status::busy);
  else
    m.early_writes.push_back(std::move(request));
}

void on_sessions_closed(turn& t, dedup_trim_record closed) {
  if (t.s.master && t.s.applied >= t.s.master->start && is_fresh(t.s, t.now))
    append_own(t, std::move(closed));
}

record_ptr append_own(turn& t, record_payload payload) {
  auto& m = *t.s.master;
  auto made = std::make_shared<const record>(
    record{{t.s.at, t.s.log.end().seq.next()}, std::move(payload)});
  t.s.log.append(made);
  t.out.append.push_back(made);
  m.pending.add(*made);
  if (!m.unsynced_since)
    m.unsynced_since = t.now;
  ship_all(t);
  return made;
}

void early_writes_may_go(turn& t) {
  auto& m = *t.s.master;
  if (t.s.applied < m.start)
    return;
  for (const auto& x : std::exchange(m.early_writes, {}))
    execute_once(t, x);
}

void answer_with_record(turn& t, ticket to, lsn seq) {
  const auto& x = **t.s.log.find(seq);
  t.out.answers.push_back(
    {to, answer_status::ok, std::get<write_record>(x.payload).reply, x.at, {}});
}

void expire_writes(turn& t) {
  auto& m = *t.s.master;
  for (auto i = m.waiters.begin(); i != m.waiters.end();) {
    std::erase_if(i->second, [&](const write_waiter& x) {
      if (t.now < x.deadline)
        return false;
      t.out.answers.push_back(
        {x.from,
         answer_status::unknown,
         {},
         t.s.log.position_of(i->first),
         t.s.known_master});
      return true;
    });
    i = i->second.empty() ? m.waiters.erase(i) : std::next(i);
  }
  std::erase_if(m.early_writes, [&](const write_request& x) {
    if (t.now < x.deadline)
      return false;
    refuse(t, x.from, answer_status::busy);
    return true;
  });
}

time_point next_deadline(const turn& t) {
  auto result = time_point::max();
  for (const auto& [seq, all] : t.s.master->waiters) {
    for (const auto& x : all)
      result = std::min(result, x.deadline);
  }
  for (const auto& x : t.s.master->early_writes)
    result = std::min(result, x.deadline);
  for (const auto& [from, x] : t.s.master->reads)
    result = std::min(result, x.what.deadline);
  return result;
}

void fail_waiting_clients(turn& t) {
  auto& m = *t.s.master;
  auto hint = t.s.known_master == t.s.id() ? std::nullopt : t.s.known_master;
  for (const auto& [seq, all] : m.waiters) {
    for (const auto& x : all)
      t.out.answers.push_back(
        {x.from, answer_status::unknown, {}, t.s.log.position_of(seq), hint});
  }
  for (const auto& x : m.early_writes)
    t.out.answers.push_back({x.from, answer_status::not_master, {}, {}, hint});
  for (const auto& [from, x] : m.reads)
    t.out.answers.push_back({from, answer_status::not_master, {}, {}, hint});
}

} // namespace troupe::storage
