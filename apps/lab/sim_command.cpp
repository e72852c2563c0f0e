#include "apps/lab/sim_command.hpp"

#include "actors/base/config.hpp"
#include "apps/lab/chaos/chaos_run.hpp"
#include "apps/lab/check/run_checks.hpp"
#include "apps/node/config_value.hpp"

#include <algorithm>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

namespace troupe::lab {

namespace {

CLI::Option*
add(CLI::App& command, const char* flag, const char* value, const std::string& about) {
  return command.add_option(flag, about)->type_name(value)->expected(1);
}

// With a text that could be written to, CLI11 would take it for the flag's variable.
CLI::Option*
add_switch(CLI::App& command, const std::string& flag, const std::string& about) {
  return command.add_flag(flag, about);
}

bool given(const CLI::Option* flag) { return flag->count() > 0; }

const std::string& text_of(const CLI::Option* flag) { return flag->results().front(); }

error refused(std::string what) { return fail(ec::invalid_argument, std::move(what)); }

error bad_flag(const CLI::Option* flag, const error& why) {
  return refused(flag->get_name() + ": " + sentence_of(why));
}

/// The number behind `flag`, from 1 on, when it was given.
error take_count(
  const CLI::Option* flag, std::size_t max, std::optional<std::size_t>& result) {
  if (!given(flag))
    return {};
  const auto number = apps::read_number(text_of(flag), max);
  if (!number || *number == 0)
    return refused(
      flag->get_name() + " is '" + text_of(flag) + "'; it must be a number from 1 to "
      + std::to_string(max));
  result = static_cast<std::size_t>(*number);
  return {};
}

/// What `parse` makes of the text behind `flag`, when it was given.
template <class Parse, class T>
error take(const CLI::Option* flag, Parse parse, T& result) {
  if (!given(flag))
    return {};
  auto value = parse(text_of(flag));
  if (!value)
    return bad_flag(flag, value.error());
  result = std::move(*value);
  return {};
}

} // namespace

sim_command::sim_command(CLI::App& command)
    : seed_{add(command, "--seed", "N", "the run to make [1]")},
      seeds_{add(command, "--seeds", "A..B", "runs to make, A and B included")},
      node_count_{add(command, "--nodes", "N", "nodes [drawn]")},
      shard_count_{add(command, "--shards", "N", "shards of the data [drawn]")},
      replica_count_{add(command, "--replicas", "N", "copies of each shard [drawn]")},
      client_count_{add(command, "--clients", "N", "clients [drawn]")},
      length_{add(
        command, "--seconds", "S", "virtual time with faults, before they heal [20]")},
      faults_{add(
        command, "--faults", "LIST",
        "kinds that seeds draw theirs from, as kill,pause; all, or none [all]")},
      kept_{add(
        command, "--keep-faults", "LIST",
        "of the faults that the seed plans, those of these numbers only")},
      scenario_{add(
        command, "--scenario", "FILE",
        "a scenario's cluster and faults; other flags win over what it says")},
      trace_{add(command, "--trace", "FILE", "where every event of the seed is written")},
      until_{add(command, "--until", "S", "virtual time to stop at, without judging")},
      job_count_{
        add(command, "--jobs", "N", "seeds that run at the same time [processors]")},
      json_{add_switch(command, "--json", "print a line of JSON for each seed")},
      cores_only_{add_switch(
        command, "--cores-only",
        "the cores of one shard's replicas, without nodes around them")},
      twice_{add_switch(
        command, "--twice", "run each seed twice; fail when the two runs differ")},
      shrink_{add_switch(
        command, "--shrink",
        "search the shortest run that still fails as the seed does")} {
  command.footer(
    "Each seed is a run of its own: the same seed and flags give the same run, to the\n"
    "byte of its trace. Returns 0 when all pass, 1 when one fails, 2 for a wrong flag.");
}

bool sim_command::cores_only() const { return given(cores_only_); }

expected<sim_options>
sim_command::options(const std::vector<std::string>& fault_kinds) const {
  auto result = sim_options{};
  // What the scenario says first: other flags win.
  if (auto trouble = take_scenario(fault_kinds, result))
    return trouble;
  const auto trouble = first_error(
    {take_seeds(result), take_sizes(result.request), check_targets(result),
     take_times(result.request), take_faults(fault_kinds, result), take_manner(result)});
  if (trouble)
    return trouble;
  return result;
}

/// It may name what a chaos run judges; a simulated one judges all that it can.
error sim_command::take_scenario(
  const std::vector<std::string>& kinds, sim_options& result) const {
  if (!given(scenario_))
    return {};
  if (cores_only())
    return refused("--scenario is of whole nodes; leave --cores-only out");
  if (given(faults_))
    return refused("--scenario and --faults exclude each other");
  auto properties = checked_properties();
  properties.insert(properties.end(), run_properties().begin(), run_properties().end());
  auto found = read_scenario(text_of(scenario_), {kinds, properties});
  if (!found)
    return bad_flag(scenario_, found.error());
  if (found->cluster.ack != storage::ack_mode::quorum)
    return refused(
      text_of(scenario_) + ": ack must be \"quorum\", the one mode that sim judges");
  result.seeds = {found->seed, found->seed};
  result.request = lab::request_of(*found, found->seed);
  result.scenario_file = text_of(scenario_);
  result.scenario = std::move(*found);
  return {};
}

/// With other sizes than the scenario's, its faults must still have whom to strike.
error sim_command::check_targets(const sim_options& result) {
  if (!result.scenario)
    return {};
  auto cluster = result.scenario->cluster;
  const auto take = [](const std::optional<std::size_t>& count, std::uint32_t& into) {
    into = count ? static_cast<std::uint32_t>(*count) : into;
  };
  take(result.request.node_count, cluster.node_count);
  take(result.request.shard_count, cluster.shard_count);
  for (const auto& [target, line] : result.scenario->target_lines)
    if (!is_target(target, cluster))
      return refused(
        result.scenario_file + ":" + std::to_string(line) + ": there is no " + target
        + " in a cluster of " + std::to_string(cluster.node_count) + " nodes with "
        + std::to_string(cluster.shard_count)
        + " shards; give larger --nodes and --shards, or none");
  return {};
}

error sim_command::take_seeds(sim_options& result) const {
  if (given(seed_) && given(seeds_))
    return refused("--seed and --seeds exclude each other");
  if (given(seed_)) {
    auto trouble = apps::read_value(text_of(seed_), result.seeds.first);
    if (trouble)
      return bad_flag(seed_, trouble);
    result.seeds.last = result.seeds.first;
  }
  return take(seeds_, parse_seeds, result.seeds);
}

error sim_command::take_sizes(sim_request& result) const {
  if (cores_only() && given(node_count_) && given(replica_count_))
    return refused(
      "--nodes and --replicas are the same with --cores-only: give one of them");
  if (cores_only() && given(shard_count_))
    return refused("--cores-only is of one shard; leave --shards out");
  return first_error(
    {take_count(node_count_, 1'000, result.node_count),
     take_count(shard_count_, 1'024, result.shard_count),
     take_count(replica_count_, 9, result.replica_count),
     take_count(client_count_, 1'000, result.client_count)});
}

error sim_command::take_times(sim_request& result) const {
  auto until = duration{};
  auto trouble = first_error(
    {take(length_, parse_seconds, result.length), take(until_, parse_seconds, until)});
  if (!trouble && given(until_))
    result.until = until;
  return trouble;
}

error sim_command::take_faults(
  const std::vector<std::string>& kinds, sim_options& result) const {
  if (given(faults_))
    result.faults = text_of(faults_);
  auto wanted = parse_faults(result.faults, kinds);
  if (!wanted)
    return bad_flag(faults_, wanted.error());
  if (!result.scenario)
    result.request.fault_kinds = std::move(*wanted);
  auto kept = std::set<std::size_t>{};
  auto trouble = take(kept_, parse_kept, kept);
  if (!trouble && given(kept_))
    result.request.kept = std::move(kept);
  return trouble;
}

error sim_command::take_manner(sim_options& result) const {
  result.cores_only = cores_only();
  result.json = given(json_);
  result.twice = given(twice_);
  result.shrink = given(shrink_);
  auto jobs = std::optional<std::size_t>{};
  if (auto trouble = take_count(job_count_, 1'000, jobs))
    return trouble;
  // The processors that this process may use are as good as all, and simpler to ask.
  result.job_count = jobs.value_or(std::max(1U, std::thread::hardware_concurrency()));
  if (given(trace_))
    result.trace_file = text_of(trace_);
  const auto many = result.seeds.first != result.seeds.last;
  if (many && given(trace_))
    return refused("--trace is for a single --seed");
  if (result.twice && given(trace_))
    return refused("--trace and --twice exclude each other: a trace is of one run");
  if (many && result.shrink)
    return refused("--shrink is for a single --seed");
  return {};
}

} // namespace troupe::lab
