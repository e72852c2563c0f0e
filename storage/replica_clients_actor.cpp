// What clients ask of a replica's actor, and what they are told.
#include "actors/base/assert.hpp"
#include "storage/replica_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::storage {

// -- requests
// -----------------------------------------------------------------------------

void replica_shell::on(local_requests& x) { take(x.requests, x.to); }

void replica_shell::on(remote_requests& x) {
  if (auto asker = self_->current_sender(); asker && x.shard == who_.shard)
    take(x.requests, askers_->sink_of(asker));
  else
    metrics_->dropped.add();
}

/// Gives reads and writes to the core together, in their order.
void replica_shell::take(
  std::vector<data_request>& requests, const std::shared_ptr<answer_sink>& to) {
  for (auto& x : requests) {
    auto from = waiting_client{to, x.id, now(), false};
    if (overloaded() || clients_.size() >= limits_.clients_max)
      answer_now(
        from,
        {.id = x.id, .status = answer_status::busy, .reply = {}, .at = {}, .master = {}});
    else if (auto* write = std::get_if<data_write>(&x.what))
      take_write(from, x, *write);
    else if (auto* read = std::get_if<data_read>(&x.what))
      take_read(std::move(from), x, *read);
    else if (const auto* wait = std::get_if<data_wait>(&x.what))
      take_wait(from, *wait);
    else
      take_closings(from, std::get<dedup_trim_record>(x.what));
  }
  if (!asked_.empty())
    enqueue(core_->ask(std::exchange(asked_, {}), now()));
  finish();
}

void replica_shell::take_write(
  const waiting_client& from, const data_request& x, data_write& what) {
  asked_.emplace_back(write_request{
    clients_.add(from), what.request, what.answered_below, x.in, std::move(what.what),
    wall_ms(), what.mode, deadline_of(x)});
}

void replica_shell::take_read(
  waiting_client from, const data_request& x, data_read& what) {
  from.is_read = true;
  asked_.emplace_back(read_request{
    clients_.add(std::move(from)), what.level, x.in, std::move(what.keys),
    std::move(what.what), wall_ms(), deadline_of(x)});
}

void replica_shell::take_wait(const waiting_client& from, const data_wait& what) {
  auto until = now() + std::clamp(what.patience, duration{0}, limits_.deadline_max);
  waits_.add(clients_.add(from), {what.at, what.replica_count, until});
}

// Nobody waits until it is durable: the asker says it again, ever more of it.
void replica_shell::take_closings(const waiting_client& from, dedup_trim_record& what) {
  auto out = core_->sessions_closed(std::move(what), now());
  auto status = answer_status::ok;
  if (!core_->state().master)
    status = answer_status::not_master;
  else if (out.append.empty())
    status = answer_status::busy;
  enqueue(std::move(out));
  answer_now(
    from, {.id = from.id,
           .status = status,
           .reply = {},
           .at = {},
           .master = node_of(core_->state().known_master)});
}

time_point replica_shell::deadline_of(const data_request& x) const {
  return now() + std::clamp(x.time_left, duration{0}, limits_.deadline_max);
}

std::uint64_t replica_shell::wall_ms() const {
  auto since_epoch = environment_.context->clock->wall_time().time_since_epoch();
  auto result = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch);
  return static_cast<std::uint64_t>(result.count());
}

// -- answers
// ------------------------------------------------------------------------------

void replica_shell::settle(answer& x) {
  auto client = clients_.take(x.to);
  if (!client)
    return;
  auto out = data_answer{client->id, x.status,     std::move(x.reply),
                         x.at,       std::nullopt, client->is_read};
  if (x.status == answer_status::not_master)
    out.master = node_of(x.hint);
  // Whether the expired row that it found is deleted yet is nothing to a reader.
  if (client->is_read && x.status == answer_status::unknown)
    out.status = answer_status::no_quorum;
  if (out.status == answer_status::ok) {
    (client->is_read ? metrics_->reads : metrics_->writes).add();
    (client->is_read ? metrics_->read_time : metrics_->commit_time)
      .record(now() - client->since);
  }
  answer_now(*client, std::move(out));
}

void replica_shell::answer_now(const waiting_client& to, data_answer x) {
  if (x.status != answer_status::ok) {
    metrics_->refusals.add();
    x.reply.clear();
  }
  answers_.add(to.to, std::move(x));
}

} // namespace troupe::storage
