#include "apps/lab/scenario.hpp"

#include "actors/base/config.hpp"
#include "apps/lab/toml_reader.hpp"
#include "storage/storage_config.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto descriptors_max = std::uint64_t{1} << 20U;
constexpr auto count_max = std::uint64_t{1'000};
constexpr auto length_max = duration{24h};

class scenario_reader {
public:
  explicit scenario_reader(const scenario_words& words) : words_{words} {}

  error read(const toml_table& root, scenario& result) {
    return first_error(
      {root.allow({"cluster", "clients", "run", "fault", "nemesis", "expect"}),
       root.each("cluster", [&](const toml_table& x) { return take(x, result.cluster); }),
       root.each("clients", [&](const toml_table& x) { return take(x, result.clients); }),
       root.each("run", [&](const toml_table& x) { return take_run(x, result); }),
       root.each("fault", [&](const toml_table& x) { return take_fault(x, result); }),
       root.each("nemesis", [&](const toml_table& x) { return take_nemesis(x, result); }),
       root.each("expect", [&](const toml_table& x) { return take_expect(x, result); })});
  }

private:
  static error take(const toml_table& x, scenario_cluster& result) {
    return first_error(
      {x.allow({"nodes", "shards", "replicas", "ack"}),
       x.number("nodes", 1, count_max, result.node_count),
       x.number("shards", 1, count_max, result.shard_count),
       x.number("replicas", 1, count_max, result.replica_count), take_ack(x, result),
       x.check(
         "replicas", result.replica_count <= result.node_count,
         "must not be more than nodes, which is " + std::to_string(result.node_count))});
  }

  static error take_ack(const toml_table& x, scenario_cluster& result) {
    auto text = std::string{};
    if (auto trouble = x.text("ack", text); trouble || text.empty())
      return trouble;
    return x.check(
      "ack", storage::parse(text, result.ack), R"(must be "async", "semi" or "quorum")");
  }

  static error take(const toml_table& x, scenario_clients& result) {
    return first_error(
      {x.allow({"count", "readonly", "keys", "mix", "timeout"}),
       x.number("count", 1, count_max, result.count),
       x.number("readonly", 0, count_max, result.readonly_count),
       x.check(
         "readonly", result.readonly_count <= result.count,
         "must not be more than count, which is " + std::to_string(result.count)),
       x.number("keys", 1, count_max, result.key_count),
       x.time("timeout", 10ms, 1min, result.timeout),
       x.each("mix", [&result](const toml_table& mix) { return take(mix, result.mix); }),
       x.check("mix", result.mix.sum() > 0, "must not be all zero")});
  }

  /// What is not named does not happen.
  static error take(const toml_table& x, operation_mix& result) {
    result = {0, 0, 0, 0, 0};
    return first_error(
      {x.allow({"read", "write", "swap", "append", "add"}),
       x.number("read", 0, count_max, result.read),
       x.number("write", 0, count_max, result.write),
       x.number("swap", 0, count_max, result.swap),
       x.number("append", 0, count_max, result.append),
       x.number("add", 0, count_max, result.add)});
  }

  static error take_run(const toml_table& x, scenario& result) {
    auto seconds = static_cast<std::uint64_t>(result.length / 1s);
    constexpr auto seconds_max = static_cast<std::uint64_t>(length_max / 1s);
    constexpr auto seed_max = std::uint64_t{1} << 53U; // As JSON and TOML carry it.
    auto trouble = first_error(
      {x.allow({"seconds", "seed"}), x.number("seconds", 1, seconds_max, seconds),
       x.number("seed", 0, seed_max, result.seed)});
    result.length = std::chrono::seconds{seconds};
    return trouble;
  }

  error take_fault(const toml_table& x, scenario& result) const {
    auto fault = planned_fault{};
    auto target = std::string{};
    auto length = duration::min();
    auto trouble = first_error(
      {x.allow({"at", "kind", "target", "for"}), x.need("at"), x.need("kind"),
       x.time("at", 0s, length_max, fault.at),
       x.check(
         "at", fault.at < result.length,
         "must be before the end of the run, which is after "
           + std::to_string(result.length / 1s) + " s"),
       x.text("kind", fault.kind),
       x.known("kind", fault.kind, words_.fault_kinds, "fault"), x.text("target", target),
       x.check(
         "target", target.empty() || is_target(target, result.cluster),
         R"(must be a node, "n1" to "n)" + std::to_string(result.cluster.node_count)
           + R"(", or the master of a shard, "master:1" to "master:)"
           + std::to_string(result.cluster.shard_count) + "\""),
       x.time("for", 0s, length_max, length)});
    if (!target.empty()) {
      fault.target = target;
      result.target_lines.try_emplace(target, x.line_of("target"));
    }
    if (length != duration::min())
      fault.length = length;
    result.faults.push_back(std::move(fault));
    return trouble;
  }

  error take_nemesis(const toml_table& x, scenario& result) const {
    auto nemesis = scenario_nemesis{};
    auto between = std::vector<duration>{nemesis.between_min, nemesis.between_max};
    auto trouble = first_error(
      {x.allow({"kinds", "between"}), x.need("kinds"), x.texts("kinds", nemesis.kinds),
       x.all_known("kinds", nemesis.kinds, words_.fault_kinds, "fault"),
       x.times("between", 1ms, length_max, between),
       x.check(
         "between", between.size() == 2 && between.front() <= between.back(),
         R"(must be the least and the most: ["1 s", "4 s"])")});
    if (!trouble) {
      nemesis.between_min = between.front();
      nemesis.between_max = between.back();
    }
    result.nemesis = std::move(nemesis);
    return trouble;
  }

  static error take_memory(const toml_table& x, growth_bounds& result) {
    auto text = std::string{};
    if (auto trouble = x.text("more_memory", text); trouble || text.empty())
      return trouble;
    const auto size = parse_size(text);
    if (size)
      result.memory = *size;
    return x.check(
      "more_memory", static_cast<bool>(size), R"(must be a size, "256 MiB")");
  }

  error take_expect(const toml_table& x, scenario& result) const {
    auto properties = std::vector<std::string>{};
    auto trouble = first_error(
      {x.allow({"properties", "lag", "more_descriptors", "more_memory"}),
       x.texts("properties", properties),
       x.all_known("properties", properties, words_.properties, "property"),
       x.time("lag", 0s, length_max, result.lag_max),
       x.number("more_descriptors", 0, descriptors_max, result.growth.descriptor_count),
       take_memory(x, result.growth)});
    if (x.has("properties"))
      result.properties = std::move(properties);
    return trouble;
  }

  const scenario_words& words_;
};

void number_by_time(fault_plan& faults) {
  std::ranges::stable_sort(faults, {}, &planned_fault::at);
  for (std::size_t i = 0; i < faults.size(); ++i)
    faults[i].number = i + 1;
}

error unreadable(const std::string& path, int number) {
  return fail(
    number == ENOENT ? ec::not_found : ec::system,
    "cannot read the scenario " + path + ": "
      + std::error_code{number, std::generic_category()}.message());
}

} // namespace

expected<scenario> parse_scenario(
  std::string_view text, const std::string& path, const scenario_words& words) {
  auto result = scenario{};
  result.name = std::filesystem::path{path}.stem().string();
  const auto file = toml_file::parse(text, path);
  if (!file)
    return file.error();
  if (auto trouble = scenario_reader{words}.read(file->root(), result))
    return trouble;
  number_by_time(result.faults);
  return result;
}

expected<scenario> read_scenario(const std::string& path, const scenario_words& words) {
  errno = 0;
  auto file = std::ifstream{path, std::ios::binary};
  if (!file)
    return unreadable(path, errno);
  // A directory opens, and fails only when it is read.
  auto text = std::ostringstream{};
  if (file.peek() != std::ifstream::traits_type::eof())
    text << file.rdbuf();
  if (file.bad() || text.bad())
    return unreadable(path, errno);
  return parse_scenario(text.str(), path, words);
}

bool is_target(const std::string& text, const scenario_cluster& cluster) {
  const auto one_of = [&text](const std::string& prefix, std::uint32_t count) {
    for (std::uint32_t i = 1; i <= count; ++i)
      if (text == prefix + std::to_string(i))
        return true;
    return false;
  };
  return one_of("n", cluster.node_count) || one_of("master:", cluster.shard_count);
}

sim_request request_of(const scenario& x, std::uint64_t seed) {
  auto result = sim_request{};
  result.seed = seed;
  result.node_count = x.cluster.node_count;
  result.shard_count = x.cluster.shard_count;
  result.replica_count = x.cluster.replica_count;
  result.client_count = x.clients.count;
  result.length = x.length;
  result.plan = plan_of(x, seed);
  const auto kinds = switched_on(x);
  result.fault_kinds = {kinds.begin(), kinds.end()};
  return result;
}

std::set<std::string> switched_on(const scenario& x) {
  auto result = std::set<std::string>{};
  for (const auto& fault : x.faults)
    result.insert(fault.kind);
  if (x.nemesis)
    result.insert(x.nemesis->kinds.begin(), x.nemesis->kinds.end());
  return result;
}

fault_plan plan_of(const scenario& x, std::uint64_t seed) {
  auto random = random_source{seed};
  auto result = x.faults;
  for (auto& fault : result)
    fault.seed = random();
  if (x.nemesis) {
    auto drawn = draw_plan(
      {.kinds = x.nemesis->kinds,
       .length = x.length,
       .between_min = x.nemesis->between_min,
       .between_max = x.nemesis->between_max},
      random);
    result.insert(result.end(), drawn.begin(), drawn.end());
  }
  number_by_time(result);
  return result;
}

} // namespace troupe::lab
