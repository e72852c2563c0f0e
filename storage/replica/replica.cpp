#include "storage/replica/replica.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica/beats.hpp"
#include "storage/replica/commit.hpp"
#include "storage/replica/election.hpp"
#include "storage/replica/inbox.hpp"
#include "storage/replica/reads.hpp"
#include "storage/replica/shipping.hpp"
#include "storage/replica/writes.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

/// Why what was found cannot be the state of a healthy replica; none when it can.
std::optional<std::string> damage_in(const recovered& found) {
  if (found.damage)
    return found.damage;
  auto end = found.history.end();
  if (found.applied.at.seq > end.seq)
    return "applied to " + to_string(found.applied.at) + ", but the log ends at "
           + to_string(end);
  if (!found.history.has(found.applied.at))
    return "the log does not hold the record applied last, "
           + to_string(found.applied.at);
  auto has_config = !found.applied.config.members.empty()
                    || std::ranges::any_of(found.tail, [](const record_ptr& x) {
                         return std::holds_alternative<shard_config>(x->payload);
                       });
  if (!has_config)
    return "neither the log nor the store has a CONFIG";
  if (end.at > found.hard.at)
    return "the log is of epoch " + to_string(end.at) + ", HARD of "
           + to_string(found.hard.at);
  return std::nullopt;
}

/// Its group has not elected anybody yet, as far as this replica knows.
bool is_newly_made(const replica_state& s) {
  return s.at == epoch{1} && !s.voted_for && s.log.end().at == epoch{1};
}

time_point next_wake(const turn& t) {
  if (t.s.quarantined)
    return time_point::max();
  if (t.s.master)
    return std::min(next_master_tick(t), t.s.master->deadline);
  return t.s.election_at;
}

} // namespace

replica::replica(replica_config self, const row_view& stored, const evaluator* commands) {
  state_.random = random_source{self.seed};
  state_.self = std::move(self);
  state_.stored = &stored;
  state_.commands = commands;
}

template <class Event>
replica_output replica::handle(time_point now, Event event) {
  auto result = replica_output{};
  result.cut = state_.cut;
  auto t = turn{state_, result, now};
  event(t);
  if (state_.master)
    ship_all(t); // All that the event has appended, together.
  apply_more(t);
  release_more(t);
  result.wake_at = next_wake(t);
  return result;
}

replica_output replica::start(recovered found, time_point now) {
  return handle(now, [&](turn& t) {
    if (auto damage = damage_in(found)) {
      quarantine(t, *damage);
      return;
    }
    auto& s = t.s;
    s.at = found.hard.at;
    s.voted_for = found.hard.voted_for;
    s.log = log_tail{found.history, std::move(found.applied.config), found.tail};
    s.durable = found.durable;
    s.applied = s.applying = s.flushed = s.commit = found.applied.at.seq;
    s.slots = std::move(found.applied.slots);
    s.dedup = std::move(found.applied.dedup);
    // Promises of the incarnation before may still hold.
    s.sticky_until = now + s.timing().stick();
    restart_election_timer(t);
    // So that masters lie where the placement meant them, and soon.
    if (is_newly_made(s) && s.config().members.front().replica == s.id())
      s.election_at = s.sticky_until + s.random.between(duration{0}, s.timing().beat);
    // What they have addressed to the incarnation before is not for this one.
    send_to_members(t, stale{});
  });
}

replica_output replica::received(const message& m, time_point now) {
  return handle(now, [&](turn& t) { receive(t, m); });
}

replica_output replica::tick(time_point now) {
  return handle(now, [](turn& t) {
    if (t.s.quarantined)
      return;
    if (!t.s.master) {
      if (t.now >= t.s.election_at)
        election_timeout(t);
      return;
    }
    expire_clients(t);
    master_tick(t);
  });
}

replica_output replica::master_suspected(time_point now) {
  return handle(now, [](turn& t) {
    if (!t.s.quarantined)
      on_master_suspected(t);
  });
}

replica_output replica::write(write_request request, time_point now) {
  return handle(now, [&](turn& t) { on_request(t, std::move(request)); });
}

replica_output replica::ask(std::vector<client_request> requests, time_point now) {
  return handle(now, [&](turn& t) {
    for (auto& x : requests)
      on_request(t, std::move(x));
  });
}

replica_output replica::confirm_reads(time_point now) {
  return handle(now, [](turn& t) { on_confirm_reads(t); });
}

replica_output replica::read(read_request request, time_point now) {
  return handle(now, [&](turn& t) { on_request(t, std::move(request)); });
}

replica_output replica::sessions_closed(dedup_trim_record closed, time_point now) {
  return handle(now, [&](turn& t) { on_sessions_closed(t, std::move(closed)); });
}

replica_output replica::transfer_to(std::optional<replica_id> to, time_point now) {
  return handle(now, [&](turn& t) { start_transfer(t, to); });
}

replica_output replica::synced_to(std::uint64_t cut, lsn seq, time_point now) {
  return handle(now, [&](turn& t) { on_synced(t, cut, seq); });
}

replica_output replica::applied_to(lsn seq, time_point now) {
  return handle(now, [&](turn& t) { on_applied(t, seq); });
}

replica_output replica::flushed_to(lsn seq, time_point now) {
  return handle(now, [&](turn& t) { t.s.flushed = std::max(t.s.flushed, seq); });
}

void replica::released_to(lsn base) {
  if (base > state_.log.base().seq)
    state_.log.release_to(base);
}

replica_output replica::log_was_read(
  const log_read& asked, const std::vector<record_ptr>& records, time_point now) {
  return handle(now, [&](turn& t) { on_log_was_read(t, asked, records); });
}

bool holds_lease(const replica& x, time_point now) {
  return x.state().master && lease_valid(x.state(), now);
}

} // namespace troupe::storage
