#include "storage/log_writer_actor.hpp"

#include "actors/base/assert.hpp"

#include <set>
#include <utility>

namespace troupe::storage {

log_writer_metrics::log_writer_metrics(metrics_registry& registry)
    : rounds{registry.make_counter(
      "troupe_storage_log_rounds_total", "Rounds of the log writer.")},
      syncs{registry.make_counter(
        "troupe_storage_log_syncs_total", "Logs made durable; several in one round.")},
      sync_time{registry.make_histogram(
        "troupe_storage_log_sync_seconds", "Time until a round's logs were durable.")} {}

void log_writer_state::start(
  const actors::actor_context* context, std::shared_ptr<sync_pool> pool,
  const log_writer_config& config) {
  context_ = context;
  pool_ = std::move(pool);
  config_ = config;
  metrics_.emplace(*context->metrics);
}

void log_writer_state::on(serve_log& x) {
  auto added
    = logs_.try_emplace(x.shard, entry{std::move(x.files), std::move(x.owner)}).second;
  TROUPE_ASSERT(added);
}

void log_writer_state::on(log_job& x) {
  // Behind all that is in the mailbox by now: that is this round's.
  if (waiting_.empty())
    self_->send(self_, atom::round_v);
  waiting_.push_back(std::move(x));
}

void log_writer_state::round() {
  metrics_->rounds.add();
  auto jobs = std::exchange(waiting_, {});
  auto why = save_all(jobs);
  for (auto i = jobs.begin(); i != jobs.end() && !why; ++i)
    why = change(logs_.at(i->shard), *i);
  if (!why)
    why = sync_all();
  settle(why);
}

// A replica sends nothing behind a hard state until it is answered. So one that overtakes
// the same replica's earlier appends is of a newer epoch than they are, as HARD must be.
error log_writer_state::save_all(const std::vector<log_job>& jobs) {
  auto tasks = std::vector<sync_pool::task>{};
  auto savers = std::set<shard_id>{};
  for (const auto& x : jobs) {
    if (!x.save)
      continue;
    auto is_only_one = savers.insert(x.shard).second;
    TROUPE_ASSERT(is_only_one);
    tasks.emplace_back([files = logs_.at(x.shard).files.get(), state = *x.save] {
      return files->save(state);
    });
  }
  if (tasks.empty())
    return {};
  if (auto why = pool_->run(tasks))
    return why;
  for (auto shard : savers)
    self_->send(logs_.at(shard).owner, log_saved{});
  return {};
}

error log_writer_state::change(entry& log, const log_job& job) {
  log.cut = job.cut;
  if (job.truncate_after) {
    if (auto why = log.files->truncate_after(*job.truncate_after))
      return why;
    log.changed = true;
  }
  if (!job.append.empty()) {
    if (auto why = log.files->append(job.append))
      return why;
    log.changed = true;
  }
  if (auto why = serve_reads(log, job))
    return why;
  if (job.release) {
    if (auto why = log.files->release(*job.release))
      return why;
    self_->send(log.owner, log_released{log.files->log().base().seq});
  }
  return {};
}

error log_writer_state::serve_reads(entry& log, const log_job& job) {
  for (const auto& asked : job.reads) {
    auto records = log.files->log().read(asked.first, asked.bytes_max);
    if (records)
      self_->send(log.owner, log_was_read{asked, std::move(*records)});
    else if (records.error() == ec::not_found)
      self_->send(log.owner, log_was_read{asked, {}});
    else // Damage: the next start finds it, and the replica is quarantined.
      return std::move(records.error());
  }
  return {};
}

error log_writer_state::sync_all() {
  auto tasks = std::vector<sync_pool::task>{};
  for (auto& [shard, log] : logs_) {
    if (log.changed)
      tasks.emplace_back([files = log.files.get()] { return files->sync(); });
  }
  if (tasks.empty())
    return {};
  auto begin = context_->clock->now();
  if (auto why = pool_->run(tasks))
    return why;
  metrics_->sync_time.record(context_->clock->now() - begin);
  metrics_->syncs.add(tasks.size());
  for (auto& [shard, log] : logs_) {
    if (!std::exchange(log.changed, false))
      continue;
    log.rested = false;
    self_->send(log.owner, log_synced{log.cut, log.files->log().durable()});
  }
  if (!std::exchange(armed_, true))
    context_->clock->after(self_, config_.note_after, caf::tick_atom_v);
  return {};
}

void log_writer_state::tick() {
  armed_ = false;
  settle(note_rested());
}

error log_writer_state::note_rested() {
  auto tasks = std::vector<sync_pool::task>{};
  auto again = false;
  for (auto& [shard, log] : logs_) {
    if (!std::exchange(log.rested, true))
      again = true;
    else if (log.files->hint_is_old())
      tasks.emplace_back([files = log.files.get()] { return files->note_durable(); });
  }
  if (again && !std::exchange(armed_, true))
    context_->clock->after(self_, config_.note_after, caf::tick_atom_v);
  return tasks.empty() ? error{} : pool_->run(tasks);
}

void log_writer_state::settle(const error& why) {
  if (!why)
    return;
  context_->log.error("a log cannot be written", "why", why);
  self_->quit(why);
}

log_writer_actor::behavior_type make_log_writer(
  log_writer_actor::stateful_pointer<log_writer_state> self,
  const actors::actor_context* context, std::shared_ptr<sync_pool> pool,
  const log_writer_config& config) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, std::move(pool), config);
  return {
    [state](serve_log& x) { state->on(x); },
    [state](log_job& x) { state->on(x); },
    [state](atom::round) { state->round(); },
    [state](caf::tick_atom) { state->tick(); },
  };
}

} // namespace troupe::storage
