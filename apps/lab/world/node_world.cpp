#include "apps/lab/world/node_world.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/bytes.hpp"
#include "apps/lab/words.hpp"
#include "apps/lab/world/ask.hpp"
#include "apps/lab/world/world_knobs.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto link_port = std::uint16_t{7400};
constexpr auto boot_within = duration{2s};
constexpr auto stop_within = duration{120s};

// After all faults. Links are dialled again within some seconds, suspicions of dead
// members must be refuted, and a node that was down joins.
constexpr auto ready_within = duration{60s};
constexpr auto serve_within = duration{60s};
constexpr auto rest_within = duration{30s};
constexpr auto agree_within = duration{60s};
constexpr auto check_within = duration{600s};
constexpr auto ask_deadline = duration{10s};

constexpr auto caller_count = std::size_t{4};

sim::network_config network_of(const world_options& x) {
  auto result = sim::network_config{};
  result.latency_max = x.latency_max;
  return result;
}

world_clients_config clients_of(const world_options& x) {
  auto result = world_clients_config{};
  result.client_count = x.client_count;
  result.lease_read_ratio = x.lease_read_ratio;
  result.shard_count = x.shard_count;
  return result;
}

} // namespace

node_world::node_world(const sim_request& request, simulated_app app)
    : request_{request}, app_{std::move(app)}, random_{request.seed ^ 0x6e6f646573},
      options_{draw_options(request)}, trace_{request.trace}, engine_{random_()},
      network_{engine_.system(), network_of(options_), random_()},
      groups_{[this](const std::string& what) { violated(what); }},
      calls_{
        {&engine_, &machines_, &trace_,
         [this](const std::string& what) { violated(what); }},
        caller_count,
        random_.fork()},
      views_{{&engine_, &machines_, [this](const std::string& what) { violated(what); }}},
      clients_{
        {&engine_, &machines_, &groups_, &trace_,
         [this](const std::string& what) { violated(what); }},
        clients_of(options_),
        random_.fork()},
      nemesis_{
        {&engine_, &network_, &machines_, &groups_, &trace_, options_.shard_count,
         options_.replica_count, options_.node_count}},
      sights_{
        {&engine_, &machines_, &nemesis_.calm(), &service_count_,
         [this](const std::string& what) { violated(what); }}},
      stage_{{&engine_, &machines_, &trace_}, random_.fork()} {
  apps::register_all_codecs(codecs_);
  network_.set_trace([this](
                       time_point, const std::string& from, const std::string& to,
                       const char* kind, byte_view bytes) {
    auto payload = to + " " + std::to_string(bytes.size());
    if (!bytes.empty())
      payload += " " + std::to_string(crc32c(bytes));
    trace_.add(engine_.now(), from, kind, payload);
  });
  make_machines();
  if (app_.make_workload)
    workload_ = app_.make_workload(stage_);
}

node_world::~node_world() {
  clients_.stop();
  calls_.stop();
  views_.stop();
  sights_.stop();
  nemesis_.stop();
  stopping_ = true;
  for (auto& x : machines_)
    x->stop();
  const auto ended = engine_.run_until(engine_.now() + stop_within, [this] {
    return std::ranges::all_of(machines_, &machine::stopped);
  });
  TROUPE_ASSERT(ended && "an actor of a killed node does not end");
  // What they have asked each other fails now.
  engine_.run_until(engine_.now() + 1s, [] { return false; });
}

apps::node_config node_world::config_of(std::size_t index) const {
  auto result = apps::node_config{};
  const auto name_of = [](std::size_t i) { return "n" + std::to_string(i + 1); };
  result.name = node_name{name_of(index)};
  result.cluster_name = "simulated";
  result.link_door.listen = {name_of(index), link_port};
  result.resp_door.listen = {name_of(index), link_port + 100};
  result.http_door.listen = {name_of(index), link_port + 200};
  for (std::size_t i = 0; i < options_.replica_count; ++i)
    result.founders.push_back({node_name{name_of(i)}, {name_of(i), link_port}});
  result.storage.shard_count = static_cast<std::uint32_t>(options_.shard_count);
  result.storage.replica_count = static_cast<std::uint32_t>(options_.replica_count);
  turn_knobs(options_.knobs, result);
  apps::complete(result, "simulated");
  const auto wrong = result.validate();
  TROUPE_ASSERT(!wrong);
  // Below what a node may have: segments are filled with zeros, and are in memory here.
  result.storage.segment_bytes = std::size_t{128} << 10;
  return result;
}

void node_world::make_machines() {
  for (std::size_t i = 0; i < options_.node_count; ++i) {
    auto clock = sim::clock_config{};
    clock.offset = random_.between(duration{}, duration{100h});
    clock.wall_offset = random_.between(duration{}, duration{2s});
    auto in
      = machine_environment{&engine_, &network_, &codecs_, &groups_, &trace_, {}, {}};
    in.ended = [this, i](const error& why) { on_end(i, why); };
    in.identified = [this, i] { note_charter_of(*machines_[i]); };
    machines_.push_back(std::make_unique<machine>(
      std::move(in), config_of(i), services_of(i), clock, random_.fork()));
  }
}

apps::service_maker node_world::services_of(std::size_t index) {
  return [this, index](apps::service_environment& node) {
    auto result
      = app_.services ? app_.services(node) : std::vector<router::service_definition>{};
    for (auto& x : calls_.services_of(index))
      result.push_back(std::move(x));
    service_count_ = result.size();
    return result;
  };
}

void node_world::boot_all() {
  for (auto& x : machines_)
    engine_.after(random_.between(duration{}, boot_within), [this, &x] {
      if (!x->up() && !stopping_)
        x->boot();
    });
}

void node_world::on_end(std::size_t index, const error& why) {
  if (stopping_)
    return;
  auto& of = *machines_[index];
  if (nemesis_.explain_end(of))
    return;
  violated("nodes: " + of.name() + " has ended by itself: " + render(why));
}

void node_world::violated(const std::string& what) {
  trace_.add(engine_.now(), "properties", "violated", what);
  violations_.push_back(what);
}

template <class Done>
bool node_world::run_until(duration end, Done done) {
  const auto finished
    = engine_.run_until(end, [&] { return !violations_.empty() || done(); });
  if (engine_.stuck())
    violated("nodes: actors give each other work for ever, at one moment");
  return finished && violations_.empty();
}

sim_result node_world::run() {
  boot_all();
  clients_.start();
  calls_.start();
  views_.start();
  sights_.start();
  if (workload_)
    workload_->start();
  nemesis_.begin(options_.plan);
  const auto end
    = request_.until ? std::min(*request_.until, request_.length) : request_.length;
  run_until(end, [] { return false; });
  if (violations_.empty() && !request_.until) {
    nemesis_.heal();
    if (
      must_be_ready() && must_write() && must_rest() && must_agree() && must_please_app())
      judge_histories();
  }
  auto result = sim_result{};
  result.seed = request_.seed;
  result.hash = trace_.hash();
  result.event_count = trace_.event_count();
  result.acked_count = clients_.acked_count();
  if (workload_)
    counters_["app operations"] = workload_->acked_count();
  result.election_count = groups_.election_count();
  result.crash_count = nemesis_.crash_count();
  result.faults = nemesis_.counts();
  result.violations = violations_;
  result.plan = options_.plan;
  result.client_count = options_.client_count;
  result.last_events = trace_.last_lines();
  result.simulated = engine_.now();
  counters_["unknown"] = clients_.unknown_count();
  counters_["truncations"] = groups_.truncation_count();
  counters_["calls answered"] = calls_.answered_count();
  counters_["calls executed"] = calls_.executed_count();
  counters_["calls late"] = calls_.late_count();
  counters_["views compared"] = views_.compared_count();
  counters_["sights judged"] = sights_.judged_count();
  counters_["steps"] = engine_.step_count();
  result.counters = counters_;
  result.options = {
    "nodes = " + std::to_string(options_.node_count),
    "shards = " + std::to_string(options_.shard_count),
    "replicas = " + std::to_string(options_.replica_count),
    "clients = " + std::to_string(options_.client_count),
    "latency_max_us = "
      + std::to_string(
        std::chrono::duration_cast<std::chrono::microseconds>(options_.latency_max)
          .count())};
  result.options.push_back("knobs = " + join(options_.knobs, " "));
  result.options.push_back("faults = " + join(options_.fault_kinds, " "));
  return result;
}

// -- the second phase
// -------------------------------------------------------------------------

bool node_world::must_be_ready() {
  const auto ready = run_until(engine_.now() + ready_within, [this] {
    return std::ranges::all_of(machines_, &machine::ready)
           && groups_.shards().size() > options_.shard_count; // The catalog is one more.
  });
  if (!ready && violations_.empty())
    violated(
      "I14: a node is not ready, or a shard not placed, a minute after all faults ended"
      + describe());
  return violations_.empty();
}

bool node_world::must_write() {
  const auto since = engine_.now();
  const auto enough = 10 * storage::shard_timing{}.election_timeout;
  const auto written = run_until(since + enough, [this, since] {
    return clients_.shards_written_since(since).size() >= options_.shard_count;
  });
  if (!written && violations_.empty())
    violated(
      "I14: not every shard has acknowledged a write 10 T after all nodes were ready"
      + describe());
  const auto took
    = std::chrono::duration_cast<std::chrono::milliseconds>(engine_.now() - since);
  counters_["recovery ms"] = static_cast<std::uint64_t>(took.count());
  return violations_.empty();
}

bool node_world::must_rest() {
  run_until(engine_.now() + 1s, [] { return false; }); // Reads of what was left.
  // An app that faults never left in peace has its chance now.
  run_until(engine_.now() + serve_within, [this] {
    return !workload_ || workload_->acked_count() > 0;
  });
  clients_.stop();
  calls_.stop();
  if (workload_)
    workload_->stop();
  const auto app_idle = [this] { return !workload_ || workload_->idle(); };
  const auto rested = run_until(engine_.now() + rest_within, [&] {
    return clients_.idle() && calls_.idle() && app_idle() && groups_.converged();
  });
  if (!rested && violations_.empty())
    violated(
      !groups_.converged()
        ? "I14: the replicas do not converge when all is quiet" + describe()
      : !clients_.idle() ? "liveness: an operation on data is never answered"
      : !calls_.idle()   ? "liveness: a call is never answered"
                         : "liveness: the app's load does not come to an end");
  return violations_.empty();
}

bool node_world::must_agree() {
  const auto end = engine_.now() + agree_within;
  while (engine_.now() < end) {
    compare_views();
    if (!run_until(
          engine_.now() + ask_deadline, [this] { return answers_missing_ == 0; }))
      break;
    if (disagreements_.empty()) {
      views_.judge();
      return violations_.empty();
    }
    run_until(engine_.now() + 1s, [] { return false; });
  }
  for (const auto& x : disagreements_)
    violated(x);
  if (violations_.empty())
    violated("views: a node does not say what it sees" + describe());
  return false;
}

bool node_world::must_please_app() {
  if (!workload_)
    return true;
  workload_->check();
  const auto checked
    = run_until(engine_.now() + check_within, [this] { return workload_->checked(); });
  if (!checked && violations_.empty())
    violated("app: its data cannot be read back when all is quiet" + describe());
  if (checked)
    for (const auto& x : workload_->violations())
      violated(x);
  if (checked && violations_.empty() && workload_->acked_count() == 0)
    violated("vacuous: no operation of the app was acknowledged");
  return violations_.empty();
}

void node_world::judge_histories() {
  const auto found = clients_.judge();
  counters_["histories judged"] = found.judged;
  counters_["histories undecided"] = found.undecided;
  if (too_many_undecided(found.undecided, found.judged))
    violated("I10: too many histories are too long to be judged");
  for (const auto& x : found.violations)
    violated(x);
}

void node_world::note_charter_of(machine& x) {
  const auto charter = x.charter();
  if (charter && founded_.insert(charter->cluster).second && founded_.size() > 1)
    violated("founding: " + std::to_string(founded_.size()) + " clusters were founded");
}

/// Asks every node whom and what it sees; `disagreements_` has what is not as it is.
void node_world::compare_views() {
  disagreements_.clear();
  answers_missing_ = 2 * machines_.size();
  for (const auto& x : machines_) {
    auto& of = *x;
    const auto failed = [this, &of](const error& why) {
      --answers_missing_;
      disagreements_.push_back(
        "views: " + of.name() + " does not answer: " + render(why));
    };
    ask<std::vector<cluster::member>>(
      engine_.system(), of.handles().membership, ask_deadline, cluster::atom::members_v,
      [this, &of](const std::vector<cluster::member>& seen) {
        --answers_missing_;
        compare_members(of, seen);
      },
      failed);
    ask<std::vector<registry::view_entry>>(
      engine_.system(), of.handles().registry, ask_deadline,
      registry::lookup{registry::entry_kind::provider, {}},
      [this, &of](const std::vector<registry::view_entry>& seen) {
        --answers_missing_;
        compare_providers(of, seen);
      },
      failed);
  }
}

void node_world::compare_members(machine& of, const std::vector<cluster::member>& seen) {
  auto alive = std::set<cluster::node_identity>{};
  for (const auto& x : seen)
    if (x.state == cluster::member_state::alive)
      alive.insert(x.node);
  for (const auto& x : machines_)
    if (
      alive.erase({x->identity()->id, x->identity()->name, x->identity()->incarnation})
      == 0)
      disagreements_.push_back(
        "membership: " + of.name() + " does not see that " + x->name() + " is alive");
  for (const auto& x : alive)
    disagreements_.push_back(
      "membership: " + of.name() + " takes an ended life of " + x.name.value()
      + " for alive");
}

void node_world::compare_providers(
  machine& of, const std::vector<registry::view_entry>& seen) {
  auto owners = std::multiset<registry::owner_id>{};
  for (const auto& x : seen)
    owners.insert(x.owner);
  for (const auto& x : machines_) {
    const auto count = owners.count(registry::owner_id{x->identity()->id});
    if (count != service_count_)
      disagreements_.push_back(
        "registry: " + of.name() + " sees " + std::to_string(count) + " providers at "
        + x->name());
  }
  if (owners.size() != machines_.size() * service_count_)
    disagreements_.push_back(
      "registry: " + of.name() + " sees " + std::to_string(owners.size())
      + " providers in all");
}

std::string node_world::describe() const {
  auto result = std::string{};
  for (const auto& x : machines_)
    result += "\n  " + x->name() + ": "
              + (!x->up() ? "down" : x->ready() ? "ready" : "not ready") + ", life "
              + std::to_string(x->life_count());
  return result + groups_.describe();
}

simulator make_nodes_simulator(simulated_app app) {
  return {
    .name = "nodes",
    .fault_kinds = world_nemesis::kinds(),
    .run =
      [app = std::move(app)](const sim_request& request) {
        return node_world{request, app}.run();
      },
    .check = check_sizes};
}

} // namespace troupe::lab
