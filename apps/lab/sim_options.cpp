#include "apps/lab/sim_options.hpp"

#include "apps/lab/words.hpp"
#include "apps/node/config_value.hpp"
#include "apps/node/nearest.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace troupe::lab {

namespace {

constexpr auto number_max = std::numeric_limits<std::uint64_t>::max();
constexpr auto seconds_max = 86'400.0;

error bad_option(std::string what) { return fail(ec::invalid_argument, std::move(what)); }

std::string in_quotes(std::string_view text) { return "'" + std::string{text} + "'"; }

error unknown_fault(const std::string& word, const std::vector<std::string>& known) {
  const auto guess = apps::nearest(word, known);
  return bad_option(
    "there is no fault '" + word + "'"
    + (guess.empty() ? "; " : "; did you mean " + guess + "? ") + "There are all, none, "
    + join(known, ", "));
}

} // namespace

sim_request request_of(const sim_options& options, std::uint64_t seed) {
  auto result = options.request;
  result.seed = seed;
  if (options.scenario)
    result.plan = plan_of(*options.scenario, seed);
  return result;
}

expected<seed_range> parse_seeds(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == std::string_view::npos)
    return bad_option(in_quotes(text) + " is no range of seeds; write it as 1..200");
  const auto first = apps::read_number(text.substr(0, dots), number_max);
  const auto last = apps::read_number(text.substr(dots + 2), number_max);
  if (!first || !last)
    return bad_option(in_quotes(text) + " is no range of seeds; write it as 1..200");
  if (*first > *last)
    return bad_option(
      in_quotes(text) + " is empty: it ends before it begins; did you mean "
      + std::to_string(*last) + ".." + std::to_string(*first) + "?");
  return seed_range{*first, *last};
}

expected<duration> parse_seconds(std::string_view text) {
  auto value = 0.0;
  const auto trouble = apps::read_value(text, value);
  if (trouble || !(value > 0) || value > seconds_max)
    return bad_option(
      in_quotes(text)
      + " is no time; write seconds of virtual time, as 60 or 12.5, up to "
        "86400");
  const auto exact = std::chrono::duration<double>{value};
  return std::chrono::round<duration>(exact);
}

std::string print_seconds(duration x) {
  char text[32]; // NOLINT(*-avoid-c-arrays): for snprintf
  static_cast<void>(
    std::snprintf(text, sizeof text, "%.9f", std::chrono::duration<double>(x).count()));
  auto result = std::string{text};
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.')
    result.pop_back();
  return result;
}

expected<std::vector<std::string>>
parse_faults(std::string_view text, const std::vector<std::string>& known) {
  if (text == "all")
    return known;
  if (text == "none")
    return std::vector<std::string>{};
  const auto wanted = split(text, ',');
  if (wanted.size() > 1)
    for (const auto* alone : {"all", "none"})
      if (std::ranges::find(wanted, alone) != wanted.end())
        return bad_option(
          in_quotes(alone)
          + " is no kind of fault; write it alone, or the kinds without it");
  for (const auto& word : wanted)
    if (std::ranges::find(known, word) == known.end())
      return unknown_fault(word, known);
  auto result = known;
  std::erase_if(
    result, [&](const auto& x) { return std::ranges::find(wanted, x) == wanted.end(); });
  return result;
}

expected<std::set<std::size_t>> parse_kept(std::string_view text) {
  auto result = std::set<std::size_t>{};
  if (text == "none")
    return result;
  for (const auto& word : split(text, ',')) {
    const auto number
      = apps::read_number(word, std::numeric_limits<std::uint32_t>::max());
    if (!number || *number == 0)
      return bad_option(
        in_quotes(word) + " is no number of a fault; write them as 3,7,9, or none");
    result.insert(static_cast<std::size_t>(*number));
  }
  return result;
}

std::string print_kept(const std::set<std::size_t>& kept) {
  auto words = std::vector<std::string>{};
  for (const auto x : kept)
    words.push_back(std::to_string(x));
  return words.empty() ? "none" : join(words, ",");
}

std::string replay_line(
  const std::string& name, const sim_options& options, const sim_request& request) {
  auto result = shell_quoted(name) + " sim --seed " + std::to_string(request.seed);
  const auto add = [&](const char* flag, const auto& count) {
    if (count)
      result += std::string{flag} + std::to_string(*count);
  };
  if (options.cores_only)
    result += " --cores-only";
  add(" --nodes ", request.node_count);
  add(" --shards ", request.shard_count);
  add(" --replicas ", request.replica_count);
  add(" --clients ", request.client_count);
  result += " --seconds " + print_seconds(request.length);
  if (!options.scenario_file.empty())
    result += " --scenario " + shell_quoted(options.scenario_file);
  else
    result += " --faults " + shell_quoted(options.faults);
  if (request.kept)
    result += " --keep-faults " + print_kept(*request.kept);
  if (request.until)
    result += " --until " + print_seconds(*request.until);
  // What differs is seen in two runs, and a trace is of one.
  if (options.twice)
    return result + " --twice";
  return result + " --trace seed-" + std::to_string(request.seed) + ".trace";
}

} // namespace troupe::lab
