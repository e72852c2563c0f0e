#include "storage/shards_actor.hpp"

#include "actors/supervisor_config.hpp"
#include "storage/catalog/catalog_evaluator.hpp"
#include "storage/catalog/genesis.hpp"
#include "storage/catalog/placement_wire.hpp"

#include <algorithm>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::storage {

namespace {

using namespace std::chrono_literals;

// Answers of the node's own actors.
constexpr auto local_deadline = 10s;

// The registry was busy, or full: nobody finds a master that it does not know.
constexpr auto tell_again_after = 1s;

// One bug, which ends one replica, is no reason to end all others; a bug that ends one
// after the other is. As a supervisor's restarts by default.
constexpr auto replica_ends_max = actors::supervisor_config{}.restart_count_max;
constexpr auto replica_ends_window = actors::supervisor_config{}.restart_window;

const catalog_evaluator catalog_commands;

registry::entry_key role_key(shard_id shard) {
  return {registry::entry_kind::shard_role, shard_name(shard), {}};
}

/// What concerns all replicas of the node, though one has met it.
bool is_of_disk(const error& why) {
  return why && (code_of(why) == ec::system || code_of(why) == ec::corrupt);
}

/// The replica that `config` gives to `node`.
std::optional<replica_id> replica_on(const shard_config& config, const node_id& node) {
  for (const auto& x : config.members)
    if (x.node == node)
      return x.replica;
  return std::nullopt;
}

} // namespace

shards_state::~shards_state() {
  for (auto x = children_.rbegin(); x != children_.rend(); ++x)
    caf::anon_send_exit(*x, caf::exit_reason::user_shutdown);
}

error shards_state::start(
  shards_environment environment, const storage_config& config, random_source random) {
  in_ = std::move(environment);
  config_ = config;
  log_config_.segment_bytes = config.segment_bytes;
  random_.emplace(std::move(random));
  self_->set_down_handler([this](const caf::down_msg& x) { on(x); });
  if (auto why = in_.files->make_directory(shards_directory))
    return why;
  if (auto why = in_.files->sync_directory({}))
    return why;
  if (auto why = move_list_out(*in_.files, shards_directory))
    return why;
  auto genesis = genesis_of(in_.charter);
  if (!genesis)
    return genesis.error();
  genesis_ = *genesis;
  warn_of_differences();
  start_helpers();
  if (auto why = start_existing())
    return why;
  if (auto why = found_catalog())
    return why;
  self_->send(
    in_.links, cluster::subscribe_links{caf::actor_cast<cluster::link_listener>(self_)});
  self_->send(
    in_.membership,
    cluster::subscribe_members{caf::actor_cast<cluster::member_listener>(self_)});
  self_
    ->request(
      in_.registry, local_deadline,
      registry::subscribe_entries{
        {registry::entry_kind::config, {}},
        caf::actor_cast<registry::registry_listener>(self_)})
    .then([](caf::ok_atom) {}, [this](error& why) { self_->quit(std::move(why)); });
  return {};
}

// -- what is started
// ----------------------------------------------------------------------

void shards_state::watch(const caf::strong_actor_ptr& x) {
  self_->monitor(x);
  children_.push_back(x);
}

void shards_state::start_helpers() {
  log_writer_ = spawn_waiting(
    make_log_writer, in_.context, in_.syncs, log_writer_config{duration{config_.beat}});
  watch(caf::actor_cast<caf::strong_actor_ptr>(log_writer_));
  flusher_ = spawn_waiting(make_flusher, in_.context);
  watch(caf::actor_cast<caf::strong_actor_ptr>(flusher_));
  applier_ = spawn_waiting(make_applier, in_.context, flusher_, applier_config{});
  watch(caf::actor_cast<caf::strong_actor_ptr>(applier_));
  beats_ = self_->spawn(
    make_beat_bundler, in_.context, caf::actor_cast<note_sender>(in_.links));
  auto bundler = caf::actor_cast<caf::strong_actor_ptr>(beats_);
  watch(bundler);
  in_.directory->put(beat_bundler_name, bundler);
  self_->send(
    in_.links, cluster::subscribe_links{caf::actor_cast<cluster::link_listener>(beats_)});
}

error shards_state::start_existing() {
  auto known = list_replicas(*in_.files, shards_directory);
  if (!known && known.error() == ec::corrupt) {
    // Each that is given to this node is found damaged, when it is to be made.
    in_.context->log.error(
      "the list of replicas is damaged", "why", render(known.error()));
    return {};
  }
  if (!known)
    return known.error();
  for (const auto& x : *known)
    if (x.created)
      if (auto why = start_existing({in_.charter.cluster, x.shard, x.replica}))
        return why;
  return {};
}

error shards_state::found_catalog() {
  auto with = founding_of(in_.charter);
  return with ? create(catalog_shard, *with) : with.error();
}

// What a voter promises must be what its master counts on, whatever a file says.
void shards_state::warn_of_differences() const {
  auto here = storage_genesis{
    config_.shard_count,
    config_.replica_count > 0 ? config_.replica_count : genesis_.replica_count,
    timing_of(config_)};
  for (const auto& x : differences(here, genesis_))
    in_.context->log.warn(
      "a setting differs from the cluster's, which holds", "key", x.key, "here", x.here,
      "agreed", x.agreed);
}

apply_listener shards_state::start_feed(const opened_replica& catalog) {
  auto core = catalog_feed{catalog.found.applied.at, *catalog.rows};
  auto feed = self_->spawn(make_catalog_feed, in_.context, in_.registry, std::move(core));
  watch(caf::actor_cast<caf::strong_actor_ptr>(feed));
  return caf::actor_cast<apply_listener>(feed);
}

void shards_state::start_placer(const replica_actor& catalog) {
  placer_ = self_->spawn(
    make_placer, in_.context, placer_identity{in_.self, in_.incarnation}, in_.membership,
    catalog, placer{genesis_, in_.charter.founders});
  watch(caf::actor_cast<caf::strong_actor_ptr>(placer_));
}

error shards_state::create(shard_id shard, const founding& with) {
  auto replica = replica_on(with.config, in_.self);
  if (!replica || replicas_.contains(shard))
    return {};
  auto who = identity{in_.charter.cluster, shard, *replica};
  auto why
    = create_replica(*in_.files, shards_directory, in_.self, who, with, log_config_);
  if (why == ec::corrupt) {
    // It must not vote; the node is of use without it, and says what became of it.
    start_replica(who, damaged_replica(why));
    return {};
  }
  if (why)
    return why;
  in_.context->log.info("replica made", "shard", shard, "replica", *replica);
  return start_existing(who);
}

error shards_state::start_existing(const identity& who) {
  auto opened
    = open_replica(*in_.files, shards_directory, who, log_config_, in_.open_store);
  if (!opened)
    return opened.error();
  start_replica(who, std::move(*opened));
  return {};
}

void shards_state::start_replica(const identity& who, opened_replica opened) {
  auto shard = who.shard;
  auto is_catalog = shard == catalog_shard;
  auto environment = replica_environment{};
  environment.context = in_.context;
  environment.commands = is_catalog ? &catalog_commands : in_.commands;
  environment.links = in_.links;
  environment.beats = beats_;
  environment.log_writer = log_writer_;
  environment.applier = applier_;
  environment.listener = caf::actor_cast<replica_listener>(self_);
  environment.observer = in_.observer;
  // Those of a replica that has ended go on, with nothing to do.
  const auto serves_catalog = is_catalog && !placer_;
  if (serves_catalog)
    environment.feed = start_feed(opened);
  auto config = replica_config{};
  config.who = who;
  config.incarnation = in_.incarnation;
  config.seed = (*random_)();
  config.disk_stall = config_.disk_stall;
  config.batch_bytes = config_.batch_bytes;
  config.credit_bytes = config_.credit_bytes;
  config.uncommitted_bytes_max = config_.uncommitted_bytes_max;
  auto actor = spawn_waiting(
    make_replica, std::move(environment), replica_limits{}, config, std::move(opened));
  watch(caf::actor_cast<caf::strong_actor_ptr>(actor));
  in_.directory->put(shard_name(shard), caf::actor_cast<caf::strong_actor_ptr>(actor));
  replicas_[shard].replica = who.replica;
  replicas_[shard].actor = actor;
  self_->send(beats_, replica_opened{shard, actor});
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, replica_opened{shard, actor});
  if (serves_catalog)
    start_placer(actor);
}

// -- news
// ---------------------------------------------------------------------------------

std::uint64_t shards_state::on(const registry::push& x) {
  for (const auto& change : *x.changes) {
    const auto& entry = change.entry;
    if (
      change.removed || !entry.owner.is_catalog()
      || !entry.key.name.starts_with(placement_prefix))
      continue;
    auto found = decode_placement(entry.value);
    auto why = found ? create(found->shard, found->with) : found.error();
    if (why) {
      in_.context->log.error(
        "a shard cannot be held here", "key", entry.key.name, "why", render(why));
      self_->quit(std::move(why));
    }
  }
  return x.number;
}

void shards_state::on(const cluster::link_news& x) {
  if (x.kind != cluster::link::news_kind::up)
    suspect(x.peer.id);
}

void shards_state::on(const cluster::member_news& x) {
  if (x.about.state != cluster::member_state::alive)
    suspect(x.about.node.id);
}

void shards_state::suspect(const node_id& node) {
  for (const auto& [shard, replica] : replicas_)
    self_->send(replica.actor, node_suspected{node});
}

void shards_state::on(const replica_news& x) {
  auto found = replicas_.find(x.status.shard);
  if (found == replicas_.end())
    return;
  found->second.news = x;
  tell_registry(found->second, x.status);
  if (placer_)
    self_->send(placer_, x);
  for (const auto& [address, listener] : listeners_)
    self_->send(listener, x);
}

void shards_state::tell_registry(local_replica& replica, const replica_status& x) {
  auto failed = [this, shard = x.shard](const error& why) {
    in_.context->log.error(
      "the registry does not take a mastership", "shard", shard, "why", render(why));
    in_.context->clock->after(self_, duration{tell_again_after}, tell_again{shard});
  };
  auto done = [](caf::ok_atom) {};
  if (x.announced) {
    auto entry = shard_role_entry{x.shard, x.at, x.replica, in_.self, in_.incarnation};
    self_
      ->request(
        in_.registry, local_deadline,
        registry::put_entry{role_key(x.shard), encode(entry)})
      .then(done, failed);
  } else if (replica.registered) {
    self_->request(in_.registry, local_deadline, registry::erase_entry{role_key(x.shard)})
      .then(done, failed);
  }
  replica.registered = x.announced;
}

void shards_state::on(const tell_again& x) {
  auto found = replicas_.find(x.shard);
  if (found != replicas_.end() && found->second.news)
    tell_registry(found->second, found->second.news->status);
}

void shards_state::on(const subscribe_shards& x) {
  listeners_.emplace(x.listener.address(), x.listener);
  self_->monitor(x.listener);
  for (const auto& [shard, replica] : replicas_) {
    self_->send(x.listener, replica_opened{shard, replica.actor});
    if (replica.news)
      self_->send(x.listener, *replica.news);
  }
}

void shards_state::on(const caf::down_msg& x) {
  if (listeners_.erase(x.source) > 0)
    return;
  std::erase_if(children_, [&](const auto& child) { return child == x.source; });
  for (const auto& [shard, replica] : replicas_)
    if (replica.actor.address() == x.source && !is_of_disk(x.reason)) {
      replica_ended(shard, x.reason);
      return;
    }
  in_.context->log.error("a part of the shards has ended", "why", render(x.reason));
  self_->quit(x.reason ? x.reason : fail(ec::internal, "a part of the shards has ended"));
}

void shards_state::replica_ended(shard_id shard, const error& why) {
  const auto now = in_.context->clock->now();
  while (!ends_.empty() && now - ends_.front() > replica_ends_window)
    ends_.pop_front();
  ends_.push_back(now);
  if (ends_.size() > replica_ends_max) {
    in_.context->log.error(
      "replicas end too often", "shard", shard, "why", render(why), "ends", ends_.size());
    self_->quit(why ? why : fail(ec::internal, "replicas end too often"));
    return;
  }
  in_.context->log.error(
    "a replica has ended; the node's other replicas go on", "shard", shard, "why",
    render(why), "remedy", "restart the node, and report what happened");
  const auto replica = replicas_.at(shard).replica;
  start_replica(
    {in_.charter.cluster, shard, replica},
    damaged_replica(fail(
      ec::internal,
      "its actor has ended, and must not come back before the node starts again")));
}

// -- the way out
// --------------------------------------------------------------------------

namespace {

/// The masterships that are being handed over; the last of them completes it.
struct handovers {
  caf::typed_response_promise<caf::ok_atom> promise;
  error trouble;
  std::size_t missing = 0;

  void one_less() {
    if (--missing > 0)
      return;
    if (trouble)
      promise.deliver(std::move(trouble));
    else
      promise.deliver(caf::ok_atom_v);
  }
};

} // namespace

caf::result<caf::ok_atom> shards_state::hand_over(duration deadline) {
  auto all = std::make_shared<handovers>();
  all->promise = self_->make_response_promise<caf::ok_atom>();
  all->missing = 1; // This question itself.
  for (const auto& [shard, replica] : replicas_) {
    if (!replica.news || replica.news->status.role != replica_role::master)
      continue;
    ++all->missing;
    self_->request(replica.actor, deadline, transfer_mastership{})
      .then(
        [all](caf::ok_atom) { all->one_less(); },
        [all](error& why) {
          all->trouble = std::move(why);
          all->one_less();
        });
  }
  all->one_less();
  return all->promise;
}

shards_actor::behavior_type make_shards(
  shards_actor::stateful_pointer<shards_state> self, shards_environment environment,
  const storage_config& config, random_source random) {
  actors::install_defaults(self, environment.context);
  auto* state = &self->state;
  if (auto why = state->start(std::move(environment), config, std::move(random)))
    self->quit(std::move(why));
  return {
    [state](const registry::push& x) { return state->on(x); },
    [state](const cluster::link_news& x) { state->on(x); },
    [state](const cluster::member_news& x) { state->on(x); },
    [state](const replica_news& x) { state->on(x); },
    [state](const subscribe_shards& x) { state->on(x); },
    [state](atom::hand_over, duration deadline) { return state->hand_over(deadline); },
    [state](atom::list_shards) { return state->list(); },
    [state](const tell_again& x) { state->on(x); },
  };
}

} // namespace troupe::storage
