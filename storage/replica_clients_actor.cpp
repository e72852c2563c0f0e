// What clients ask of a replica's actor, and what they are told.
#include "actors/base/assert.hpp"
#include "storage/replica_actor.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::storage {

namespace {

/// Answers an asker of another node.
class remote_sink final : public answer_sink {
public:
  remote_sink(replica_shell::pointer self, caf::strong_actor_ptr to)
      : self_{self}, to_{caf::actor_cast<remote_asker>(std::move(to))} {}

  void take(shard_id from, std::vector<data_answer> answers) override {
    self_->send(to_, remote_answers{from, std::move(answers)});
  }

private:
  replica_shell::pointer self_;
  remote_asker to_;
};

} // namespace

// -- requests
// -----------------------------------------------------------------------------

void replica_shell::on(local_requests& x) { take(x.requests, x.to); }

void replica_shell::on(remote_requests& x) {
  if (auto asker = self_->current_sender(); asker && x.shard == who_.shard)
    take(x.requests, sink_of(asker));
  else
    metrics_->dropped.add();
}

std::shared_ptr<answer_sink> replica_shell::sink_of(const caf::strong_actor_ptr& asker) {
  auto& known = sinks_[caf::actor_cast<caf::actor_addr>(asker)];
  auto result = known.lock();
  if (result)
    return result;
  known = result = std::make_shared<remote_sink>(self_, asker);
  std::erase_if(sinks_, [](const auto& x) { return x.second.expired(); });
  return result;
}

/// Takes the requests in their order. Writes that follow each other are given to the core
/// together, at the latest before a read: it shall see them.
void replica_shell::take(
  std::vector<data_request>& requests, const std::shared_ptr<answer_sink>& to) {
  for (auto& x : requests) {
    auto from = waiting_client{to, x.id, now(), std::nullopt, std::nullopt};
    if (overloaded() || clients_.size() >= limits_.clients_max)
      answer_now(
        from,
        {.id = x.id, .status = answer_status::busy, .reply = {}, .at = {}, .master = {}});
    else if (auto* write = std::get_if<data_write>(&x.what))
      take_write(from, x, *write);
    else if (auto* read = std::get_if<data_read>(&x.what))
      take_read(std::move(from), x, *read);
    else if (const auto* wait = std::get_if<data_wait>(&x.what))
      take_wait(std::move(from), *wait);
    else
      take_closings(from, std::get<dedup_trim_record>(x.what));
  }
  submit_writes();
  finish();
}

void replica_shell::take_write(
  const waiting_client& from, const data_request& x, data_write& what) {
  writes_.push_back(
    {clients_.add(from), what.request, what.answered_below, x.in, std::move(what.what),
     wall_ms(), what.mode, deadline_of(x)});
}

void replica_shell::submit_writes() {
  if (!writes_.empty())
    enqueue(core_->write_all(std::exchange(writes_, {}), now()));
}

void replica_shell::take_read(
  waiting_client from, const data_request& x, data_read& what) {
  submit_writes();
  auto deadline = deadline_of(x);
  auto keys = what.keys;
  from.read = asked_read{x.in, std::move(what.keys), std::move(what.what), deadline, {}};
  auto who = clients_.add(std::move(from));
  enqueue(core_->read({who, what.level, x.in, std::move(keys), deadline}, now()));
}

void replica_shell::take_wait(waiting_client from, const data_wait& what) {
  submit_writes();
  auto until = now() + std::clamp(what.patience, duration{0}, limits_.deadline_max);
  waits_.add(clients_.add(std::move(from)), {what.at, what.replica_count, until});
}

// Nobody waits until it is durable: the asker says it again, ever more of it.
void replica_shell::take_closings(const waiting_client& from, dedup_trim_record& what) {
  submit_writes();
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

// -- the store
// ----------------------------------------------------------------------------

void replica_shell::look_up(ticket from) {
  if (auto* client = clients_.find(from)) {
    auto& read = *client->read;
    // One row is read at one moment anyway.
    auto all = read.keys.size() == 1 ? nullptr : rows_->snapshot();
    const auto& rows = all ? *all : *rows_;
    if (auto reply = environment_.commands->query(read.what, read.in, rows, wall_ms()))
      read.reply = std::move(*reply);
    else
      write_instead(from);
  }
  enqueue(core_->looked_up(from, now()));
}

/// The read has found a row that has expired. As a write it deletes the row, so that no
/// later master with another clock sees it again. The core's answer to the read finds
/// nobody then.
void replica_shell::write_instead(ticket from) {
  auto client = *clients_.take(from);
  auto read = std::move(*client.read);
  auto request = own_.begin();
  client.read.reset();
  client.own_request = request.number;
  auto who = clients_.add(std::move(client));
  enqueue(core_->write(
    {who, request, own_.answered_below(), read.in, std::move(read.what), wall_ms(),
     ack_mode::quorum, read.deadline},
    now()));
}

// -- answers
// ------------------------------------------------------------------------------

void replica_shell::settle(answer& x) {
  auto client = clients_.take(x.to);
  if (!client)
    return;
  auto out = data_answer{
    client->id, x.status,
    client->read ? std::move(client->read->reply) : std::move(x.reply), x.at,
    std::nullopt};
  if (x.status == answer_status::not_master)
    out.master = node_of(x.hint);
  auto is_read = client->read || client->own_request;
  if (client->own_request) {
    own_.ended(*client->own_request);
    if (out.status == answer_status::unknown)
      out.status
        = answer_status::no_quorum; // Whether its row is deleted yet, it need not know.
  }
  if (out.status == answer_status::ok) {
    (is_read ? metrics_->reads : metrics_->writes).add();
    (is_read ? metrics_->read_time : metrics_->commit_time).record(now() - client->since);
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
