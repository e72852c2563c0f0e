#include "storage/replica/writes.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/beats.hpp"
#include "storage/replica/commit.hpp"
#include "storage/replica/reads.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::storage {

namespace {

void refuse(turn& t, ticket to, answer_status why) {
  t.out.answers.push_back({to, why, {}, {}, t.s.known_master});
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

/// A name in a session of one's own, whose connection no door has and no door's closings
/// reach; it costs the shard one row for each node's incarnation that has read as its
/// master.
request_id next_own_request(replica_state& s) {
  const auto& node = s.config().find(s.id())->node;
  return {
    {node, s.self.incarnation, std::numeric_limits<std::uint64_t>::max()},
    ++s.own_requests};
}

void wait_for(turn& t, const write_request& request, lsn seq) {
  auto mode = request.mode.value_or(t.s.timing().ack);
  auto& m = *t.s.master;
  m.waiters[seq].push_back({request.from, mode, request.deadline});
  m.deadline = std::min(m.deadline, request.deadline);
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

void handle(turn& t, client_request&& request) {
  if (auto* write = std::get_if<write_request>(&request))
    execute_once(t, *write);
  else
    take_read(t, std::get<read_request>(request));
}

ticket ticket_of(const client_request& request) {
  return std::visit([](const auto& x) { return x.from; }, request);
}

time_point deadline_of(const client_request& request) {
  return std::visit([](const auto& x) { return x.deadline; }, request);
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
  std::erase_if(m.early, [&](const client_request& x) {
    if (t.now < deadline_of(x))
      return false;
    refuse(t, ticket_of(x), answer_status::busy);
    return true;
  });
}

time_point earliest_deadline(const mastership& m) {
  auto result = time_point::max();
  for (const auto& [seq, all] : m.waiters) {
    for (const auto& x : all)
      result = std::min(result, x.deadline);
  }
  for (const auto& x : m.early)
    result = std::min(result, deadline_of(x));
  for (const auto& x : m.reads)
    result = std::min(result, x.deadline);
  return result;
}

} // namespace

bool owns(const replica_state& s, slot x) {
  return std::ranges::any_of(s.slots, [x](const slot_range& r) { return r.contains(x); });
}

void on_request(turn& t, client_request&& request) {
  if (!t.s.master) {
    refuse(t, ticket_of(request), answer_status::not_master);
    return;
  }
  auto& m = *t.s.master;
  if (t.s.applied >= m.start) {
    handle(t, std::move(request));
    return;
  }
  // Before it, the store lacks records that are committed, and replies that were given.
  if (m.early.size() >= t.s.self.waiting_count_max) {
    refuse(t, ticket_of(request), answer_status::busy);
    return;
  }
  m.deadline = std::min(m.deadline, deadline_of(request));
  m.early.push_back(std::move(request));
}

void delete_expired(turn& t, const read_request& read) {
  auto write = write_request{};
  write.from = read.from;
  write.request = next_own_request(t.s);
  write.answered_below = write.request.number;
  write.in = read.in;
  write.what = read.what;
  write.wall_ms = read.wall_ms;
  write.mode = ack_mode::quorum;
  write.deadline = read.deadline;
  if (auto why = obstacle(t, write); why != answer_status::ok)
    refuse(t, write.from, why);
  else
    execute(t, write);
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
  return made;
}

void early_requests_may_go(turn& t) {
  auto& m = *t.s.master;
  if (t.s.applied < m.start)
    return;
  for (auto& x : std::exchange(m.early, {}))
    handle(t, std::move(x));
}

void answer_with_record(turn& t, ticket to, lsn seq) {
  const auto& x = **t.s.log.find(seq);
  t.out.answers.push_back(
    {to, answer_status::ok, std::get<write_record>(x.payload).reply, x.at, {}});
}

void expire_clients(turn& t) {
  auto& m = *t.s.master;
  if (t.now < m.deadline)
    return;
  expire_writes(t);
  expire_reads(t);
  m.deadline = earliest_deadline(m);
}

void fail_waiting_clients(turn& t) {
  auto& m = *t.s.master;
  auto hint = t.s.known_master == t.s.id() ? std::nullopt : t.s.known_master;
  for (const auto& [seq, all] : m.waiters) {
    for (const auto& x : all)
      t.out.answers.push_back(
        {x.from, answer_status::unknown, {}, t.s.log.position_of(seq), hint});
  }
  for (const auto& x : m.early)
    t.out.answers.push_back({ticket_of(x), answer_status::not_master, {}, {}, hint});
  for (const auto& x : m.reads)
    t.out.answers.push_back({x.from, answer_status::not_master, {}, {}, hint});
}

} // namespace troupe::storage
