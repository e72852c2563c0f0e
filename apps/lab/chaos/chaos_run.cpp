#include "apps/lab/chaos/chaos_run.hpp"

#include "apps/lab/chaos/cluster_probe.hpp"
#include "apps/lab/chaos/watcher.hpp"
#include "apps/lab/check/history_file.hpp"
#include "apps/lab/check/lost_records.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto ready_deadline = 60s;
constexpr auto heal_deadline = 30s;
constexpr auto read_deadline = 15s; // Of each key.
constexpr auto settle = 2s;         // Of load between the heal and the end.
constexpr auto rest_deadline = 60s; // Of the app, until nothing of it is under way.
constexpr auto check_deadline = 60s;
constexpr auto tick = 100ms;

constexpr auto app_notes = "/app.txt"; // Beside the histories.

constexpr auto alive = "alive";
constexpr auto live = "live";
constexpr auto effective = "effective";
constexpr auto bounded = "bounded";

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string describe(const scenario_cluster& x) {
  return plural(x.node_count, "node") + ", " + plural(x.shard_count, "shard") + ", "
         + plural(x.replica_count, "replica") + ", ack " + storage::to_string(x.ack);
}

std::string text_of(const std::string& path) {
  auto text = std::ostringstream{};
  auto file = std::ifstream{path, std::ios::binary};
  if (file.peek() != std::ifstream::traits_type::eof())
    text << file.rdbuf();
  return text.str();
}

} // namespace

const std::vector<std::string>& run_properties() {
  static const auto result = std::vector<std::string>{alive, live, effective, bounded};
  return result;
}

chaos_run::chaos_run(
  const scenario& what, std::uint64_t seed, const fault_plan& plan,
  const workload_maker& make_workload, chaos_world& world, const run_folder& folder,
  apps::process_signals& signals, listener tell)
    : what_{what}, plan_{plan}, make_workload_{make_workload}, world_{world},
      folder_{folder}, tell_{std::move(tell)}, signals_{signals}, seed_{seed} {
  record_.scenario = what.name;
  record_.seed = seed;
  record_.cluster = describe(what.cluster);
  for (const auto& node : world.nodes())
    record_.nodes.push_back(node.name);
  for (const auto& name : record_.nodes)
    record_.usages.push_back({name, {}, {}, {}});
}

expected<run_record> chaos_run::run() {
  if (auto trouble = start_nodes())
    return trouble;
  if (auto trouble = ask_slots())
    return trouble;
  clock_ = {};
  auto faults = nemesis{world_, clock_, plan_, tell_};
  auto clients
    = client_pool{{world_.nodes(), what_.clients, seed_, folder_.histories(), clock_}};
  auto observers = watcher{world_.nodes(), clock_};
  auto app = std::optional<app_load>{};
  if (make_workload_)
    app.emplace(
      make_workload_, world_.nodes(), random_source{seed_}, clock_,
      folder_.histories() + app_notes);
  auto trouble = work(faults, clients, app ? &*app : nullptr);
  app.reset();
  note_usages();
  record_.strikes = faults.strikes();
  record_.members = observers.stop();
  record_.ended = clock_.now();
  if (!trouble)
    trouble = finish();
  if (trouble)
    return trouble;
  return std::move(record_);
}

error chaos_run::start_nodes() {
  for (std::size_t i = 0; i < world_.nodes().size(); ++i)
    if (auto trouble = world_.start(i))
      return trouble;
  if (auto trouble = world_.wait_ready(ready_deadline))
    return trouble;
  note_usages();
  tell_("started: " + record_.cluster);
  return {};
}

error chaos_run::ask_slots() {
  const auto all = ask_shards(world_.nodes());
  if (!all)
    return all.error();
  for (const auto& x : all->shards)
    if (!x.slots.empty())
      record_.slots[x.shard.value()] = x.slots;
  return {};
}

error chaos_run::work(nemesis& faults, client_pool& clients, app_load* app) {
  if (auto trouble = clients.start())
    return trouble;
  if (app != nullptr)
    app->start();
  if (auto trouble = strike_all(faults))
    return trouble;
  if (auto trouble = heal(faults))
    return trouble;
  if (auto trouble = wait_for(settle))
    return trouble;
  note_deaths(faults);
  if (app != nullptr)
    app->stop();
  if (auto trouble = read_back(clients))
    return trouble;
  return app != nullptr ? read_back(*app) : error{};
}

error chaos_run::read_back(client_pool& clients) {
  if (auto trouble = clients.stop())
    return trouble;
  tell_("reading all keys after " + std::to_string(clients.done_count()) + " operations");
  auto trouble = clients.read_all_keys(read_deadline);
  if (trouble != ec::deadline_exceeded)
    return trouble;
  add(live, sentence_of(trouble));
  return {};
}

/// Its data is judged only when nothing can change it any more.
error chaos_run::read_back(app_load& app) {
  tell_("waiting until nothing of the app is under way");
  const auto rested = happens_within(rest_deadline, [&app] { return app.idle(); });
  if (!rested)
    return rested.error();
  record_.app_operations = app.acked_count();
  if (!*rested) {
    add(live, "the app's load does not come to an end");
    return {};
  }
  tell_(
    "reading the app's data after " + std::to_string(*record_.app_operations)
    + " operations");
  app.check();
  const auto checked = happens_within(check_deadline, [&app] { return app.checked(); });
  if (!checked)
    return checked.error();
  if (!*checked) {
    add(live, "the app's data cannot be read back");
    return {};
  }
  for (const auto& x : app.found())
    add(x.property, x.what);
  return {};
}

error chaos_run::strike_all(nemesis& faults) {
  while (clock_.now() < what_.length) {
    const auto next = std::min(faults.next().value_or(what_.length), what_.length);
    if (
      auto trouble
      = wait_for(std::clamp<duration>(next - clock_.now(), duration::zero(), tick)))
      return trouble;
    if (auto trouble = faults.act())
      return trouble;
    note_deaths(faults);
  }
  return {};
}

error chaos_run::heal(nemesis& faults) {
  if (auto trouble = faults.heal())
    return trouble;
  record_.healed = clock_.now();
  auto trouble = world_.wait_ready(heal_deadline);
  if (!trouble) {
    const auto took = clock_.now() - record_.healed;
    tell_("healed, and one cluster after " + std::to_string(took / 1ms) + " ms");
    return {};
  }
  if (trouble != ec::deadline_exceeded && trouble != ec::wrong_state)
    return trouble;
  add(live, sentence_of(trouble));
  return {};
}

error chaos_run::wait_for(duration length) {
  const auto heard = signals_.wait(length);
  if (
    heard == apps::process_signals::event::signal
    || heard == apps::process_signals::event::hangup)
    return fail(ec::stopping, "ended by a signal");
  note_usages();
  return {};
}

expected<bool>
chaos_run::happens_within(duration length, const std::function<bool()>& what) {
  const auto until = clock_.now() + length;
  while (!what()) {
    if (clock_.now() >= until)
      return false;
    if (auto trouble = wait_for(tick))
      return trouble;
  }
  return true;
}

void chaos_run::note_deaths(nemesis& faults) {
  for (const auto& death : faults.deaths())
    add(alive, death + ", and no fault did it");
}

error chaos_run::finish() {
  auto operations = read_histories(folder_.histories());
  if (!operations)
    return operations.error();
  record_.operations = std::move(*operations);
  if (auto trouble = read_logs())
    return trouble;
  auto config = checks_config{};
  config.properties = what_.properties.value_or(checked_properties());
  config.lag_max = what_.lag_max;
  record_.checks = run_checks(record_.operations, record_.masterships, config);
  check_effect();
  check_growth();
  if (auto trouble = check_records())
    return trouble;
  std::ranges::move(own_, std::back_inserter(record_.checks.found));
  return {};
}

error chaos_run::read_logs() {
  for (const auto& node : world_.nodes())
    for (auto& x : masterships_in(text_of(node.log_file), node.name)) {
      x.from = clock_.from_wall(x.from);
      if (x.until)
        x.until = clock_.from_wall(*x.until);
      record_.masterships.push_back(std::move(x));
    }
  if (record_.masterships.empty())
    add(effective, "no log tells of a master: two in one epoch could not be seen");
  return {};
}

void chaos_run::note_usages() {
  for (std::size_t i = 0; i < record_.usages.size(); ++i) {
    const auto now = world_.usage(i);
    if (!now)
      continue;
    auto& row = record_.usages[i];
    if (row.first == node_usage{})
      row.first = *now;
    row.most.descriptor_count
      = std::max(row.most.descriptor_count, now->descriptor_count);
    row.most.memory = std::max(row.most.memory, now->memory);
    row.last = *now;
  }
}

/// Ends the nodes: their logs are read.
error chaos_run::check_records() {
  auto records = replica_records{};
  for (std::size_t i = 0; i < world_.nodes().size(); ++i) {
    if (auto trouble = world_.kill(i))
      return trouble;
    if (auto trouble = add_records(world_.nodes()[i].data_dir, records))
      return trouble;
  }
  for (auto& x : check_lost_records(record_.operations, records))
    add(std::move(x));
  return {};
}

void chaos_run::check_growth() {
  for (const auto& row : record_.usages)
    if (const auto grown = growth_of(row, what_.growth); !grown.empty())
      add(bounded, grown);
}

void chaos_run::check_effect() {
  if (record_.checks.done_count == 0)
    add(effective, "no operation was acknowledged");
  if (record_.app_operations == 0)
    add(effective, "no operation of the app was acknowledged");
  auto missing = switched_on(what_);
  for (const auto& x : record_.strikes)
    if (x.struck())
      missing.erase(x.fault.kind);
  for (const auto& kind : missing) {
    const auto planned
      = std::ranges::find(plan_, kind, &planned_fault::kind) != plan_.end();
    add(
      effective, "no fault of kind " + kind + " has struck"
                   + (planned ? std::string{}
                              : "; with this seed none is drawn: make the run longer, or "
                                "name fewer kinds"));
  }
}

void chaos_run::add(violation x) {
  // The app's are always wanted.
  const auto optional = x.property == alive || x.property == live || x.property == bounded
                        || x.property == property::nothing_lost;
  const auto wanted
    = !what_.properties || !optional
      || std::ranges::find(*what_.properties, x.property) != what_.properties->end();
  if (!wanted)
    return;
  own_.push_back(std::move(x));
  tell_("violated: " + to_string(own_.back()));
}

} // namespace troupe::lab
