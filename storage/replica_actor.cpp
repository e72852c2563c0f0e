#include "storage/replica_actor.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::storage {

void replica_shell::start(
  replica_environment environment, const replica_limits& limits, replica_config config,
  opened_replica opened) {
  TROUPE_ASSERT(environment.commands != nullptr && opened.rows != nullptr);
  environment_ = std::move(environment);
  limits_ = limits;
  who_ = config.who;
  log_ = environment_.context->log;
  metrics_.emplace(make_replica_metrics(*environment_.context->metrics, who_.shard));
  askers_.emplace(
    self_, environment_.context->clock, limits.answers, &metrics_->unsent_answers);
  rows_ = std::move(opened.rows);
  core_.emplace(config, *rows_, environment_.commands);
  if (environment_.observer != nullptr)
    environment_.observer->started(*core_, opened);
  auto self = caf::actor_cast<replica_actor>(self_);
  if (opened.files) {
    self_->send(environment_.log_writer, serve_log{who_.shard, opened.files, self});
    self_->send(
      environment_.applier, serve_store{who_.shard, rows_, self, environment_.feed});
  }
  auto out = core_->start(std::move(opened.found), now());
  for (const auto& x : core_->state().config().members) {
    if (x.replica != who_.replica)
      self_->send(environment_.links, cluster::pin_link{x.node, true});
  }
  enqueue(std::move(out));
  tell_listener();
  finish();
}

replica_shell::~replica_shell() {
  if (core_ && environment_.observer != nullptr)
    environment_.observer->ended(*core_);
}

std::optional<node_id> replica_shell::node_of(std::optional<replica_id> x) const {
  const auto* found = x ? core_->state().config().find(*x) : nullptr;
  return found != nullptr ? std::optional{found->node} : std::nullopt;
}

// -- peers
// --------------------------------------------------------------------------------

void replica_shell::on(const cluster::peer_identity& from, const message& x) {
  // Who a replica is, the CONFIG says, not whoever wrote the message.
  if (
    node_of(x.from) != from.id || x.from_incarnation != from.incarnation
    || overloaded()) {
    metrics_->dropped.add();
    return;
  }
  enqueue(core_->received(x, now()));
  finish();
}

void replica_shell::on(const node_suspected& x) {
  if (node_of(core_->state().known_master) != x.node)
    return;
  enqueue(core_->master_suspected(now()));
  finish();
}

caf::result<caf::ok_atom> replica_shell::on(const transfer_mastership& x) {
  transfers_.push_back(self_->make_response_promise<caf::ok_atom>());
  auto result = transfers_.back();
  enqueue(core_->transfer_to(x.to, now()));
  finish();
  return result;
}

void replica_shell::send(message& x) {
  auto node = node_of(x.to);
  if (!node)
    return; // The CONFIG that named it was cut off.
  if (environment_.observer != nullptr)
    environment_.observer->sending(*core_, x);
  if (environment_.beats && may_be_bundled(x)) {
    self_->send(environment_.beats, node_beat{*node, std::move(x)});
    return;
  }
  auto content = std::holds_alternative<ship>(x.body)
                   ? caf::make_message(shipment{std::move(x)})
                   : caf::make_message(std::move(x));
  self_->send(
    environment_.links, cluster::post{*node, shard_name(who_.shard), std::move(content)});
}

// -- disk
// ---------------------------------------------------------------------------------

void replica_shell::on(log_saved) {
  TROUPE_ASSERT(saving_);
  auto out = std::exchange(saving_, std::nullopt);
  perform(*out);
  pump();
  finish();
}

void replica_shell::on(const log_synced& x) {
  enqueue(core_->synced_to(x.cut, x.seq, now()));
  finish();
}

void replica_shell::on(const log_was_read& x) {
  enqueue(core_->log_was_read(x.asked, x.records, now()));
  finish();
}

void replica_shell::on(const log_released& x) { core_->released_to(x.base); }

void replica_shell::on(const batch_applied& x) {
  enqueue(core_->applied_to(x.seq, now()));
  finish();
}

void replica_shell::on(const store_flushed& x) {
  enqueue(core_->flushed_to(x.seq, now()));
  finish();
}

// -- output
// -------------------------------------------------------------------------------

bool replica_shell::overloaded() const {
  return saving_ && held_.size() >= limits_.held_max;
}

void replica_shell::enqueue(replica_output out) {
  if (environment_.observer != nullptr)
    environment_.observer->handled(*core_, out);
  core_wake_ = out.wake_at;
  held_.push_back(std::move(out));
  pump();
}

/// Performs outputs in their order, up to one whose hard state is not durable yet.
void replica_shell::pump() {
  if (std::exchange(pumping_, true))
    return; // Performing an output has brought another.
  while (!held_.empty() && !saving_) {
    auto out = std::move(held_.front());
    held_.pop_front();
    change_log(out);
    if (out.hard)
      saving_ = std::move(out);
    else
      perform(out);
  }
  pumping_ = false;
}

void replica_shell::change_log(replica_output& out) {
  if (
    !out.hard && !out.truncate_after && out.append.empty() && out.reads.empty()
    && !out.release)
    return;
  for (const auto& x : out.append)
    metrics_->log_bytes.add(bytes_of(*x));
  self_->send(
    environment_.log_writer, log_job{
                               who_.shard, out.hard, out.cut, out.truncate_after,
                               std::move(out.append), std::move(out.reads), out.release});
}

void replica_shell::perform(replica_output& out) {
  for (auto& x : out.messages)
    send(x);
  if (out.apply)
    self_->send(environment_.applier, apply_job{who_.shard, std::move(*out.apply)});
  if (out.reads_taken)
    enqueue(core_->confirm_reads(now()));
  for (auto& x : out.answers)
    settle(x);
  for (const auto& x : out.told)
    tell(x);
}

void replica_shell::tell(const news& x) {
  if (const auto* won = std::get_if<became_master>(&x))
    log_.info("master", "shard", who_.shard, "epoch", won->at);
  else if (std::holds_alternative<became_slave>(x))
    log_.info("master no more", "shard", who_.shard);
  else if (const auto* damage = std::get_if<was_quarantined>(&x))
    log_.error(
      "replica is quarantined", "shard", who_.shard, "why", damage->why, "remedy",
      "the shard's other replicas go on without it; when it has ended of a bug, start "
      "the node again; when its files are damaged or gone, bring back those that it had, "
      "or start the node with an empty data directory, as a new one");
  if (const auto* cut = std::get_if<lost_records>(&x)) {
    metrics_->lost.add();
    log_.warn(
      "records that no majority had were cut off, see lost+found", "shard", who_.shard,
      "behind", cut->last);
  }
  if (const auto* slow = std::get_if<fell_behind>(&x)) {
    if (fell_behind_.insert(slow->who).second)
      log_.error(
        "a slave is behind the log's beginning", "shard", who_.shard, "replica",
        slow->who);
    return; // It asks again and again.
  }
  if (std::holds_alternative<became_slave>(x))
    fell_behind_.clear();
  tell_listener();
}

void replica_shell::tell_listener() {
  auto now = status();
  shown_master_ = now.follows;
  if (environment_.listener)
    self_->send(environment_.listener, replica_news{std::move(now)});
}

// Told before the master itself can: it does so only once its first record is committed,
// and its word has the longer way.
void replica_shell::tell_whom_it_follows() {
  if (master_known_to(*core_) != shown_master_)
    tell_listener();
}

void replica_shell::tick(std::uint64_t number) {
  if (!alarm_.rings(number))
    return;
  askers_->tick();
  enqueue(core_->tick(now()));
  finish();
}

void replica_shell::on(actors::room_came) {
  askers_->room_came();
  finish();
}

void replica_shell::finish() {
  answer_waits();
  answer_transfers();
  tell_whom_it_follows();
  answers_.deliver(who_.shard);
  auto role = core_->state().role();
  if (role == replica_role::candidate && shown_role_ != role)
    metrics_->elections.add();
  shown_role_ = role;
  show(*metrics_, core_->state());
  metrics_->clients.set(static_cast<double>(clients_.size()));
  alarm_.plan(
    self_, *environment_.context->clock,
    std::min({core_wake_, waits_.next_deadline(), askers_->wake_at()}));
}

void replica_shell::answer_waits() {
  for (const auto& x : waits_.take_ended(core_->state(), now())) {
    if (auto from = clients_.take(x.who))
      answer_now(
        *from, {.id = from->id,
                .status = x.at_master ? answer_status::ok : answer_status::not_master,
                .reply = x.at_master ? std::to_string(x.replica_count) : std::string{},
                .at = {},
                .master = node_of(core_->state().known_master)});
  }
}

// Not before all is performed: who has handed over may end its node.
void replica_shell::answer_transfers() {
  const auto& master = core_->state().master;
  if (transfers_.empty() || saving_ || !held_.empty() || (master && master->handover))
    return;
  for (auto& promise : std::exchange(transfers_, {})) {
    if (master)
      promise.deliver(fail(
        ec::unreachable,
        "no other replica of shard " + to_string(who_.shard) + " can take over now"));
    else
      promise.deliver(caf::ok_atom_v);
  }
}

replica_actor::behavior_type make_replica(
  replica_actor::stateful_pointer<replica_shell> self, replica_environment environment,
  const replica_limits& limits, replica_config config, opened_replica opened) {
  actors::install_defaults(self, environment.context);
  auto* shell = &self->state;
  shell->start(std::move(environment), limits, std::move(config), std::move(opened));
  return {
    [shell](const cluster::peer_identity& from, const message& x) { shell->on(from, x); },
    [shell](const cluster::peer_identity& from, const shipment& x) {
      shell->on(from, x.what);
    },
    [shell](local_requests& x) { shell->on(x); },
    [shell](remote_requests& x) { shell->on(x); },
    [shell](const node_suspected& x) { shell->on(x); },
    [shell](const transfer_mastership& x) { return shell->on(x); },
    [shell](atom::status) { return shell->status(); },
    [shell](log_saved x) { shell->on(x); },
    [shell](const log_synced& x) { shell->on(x); },
    [shell](const log_was_read& x) { shell->on(x); },
    [shell](const log_released& x) { shell->on(x); },
    [shell](const batch_applied& x) { shell->on(x); },
    [shell](const store_flushed& x) { shell->on(x); },
    [shell](actors::room_came x) { shell->on(x); },
    [shell](caf::tick_atom, std::uint64_t number) { shell->tick(number); },
  };
}

} // namespace troupe::storage
