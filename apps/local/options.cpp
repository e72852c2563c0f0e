#include "apps/local/options.hpp"

#include "actors/base/config.hpp"
#include "storage/storage_config.hpp"

#include <algorithm>
#include <concepts>

#include <nlohmann/json.hpp>

namespace troupe::apps {

namespace {

constexpr auto format = 1;

/// Ports of the three kinds lie this far apart, and the last kind begins two above.
constexpr auto port_span = std::uint32_t{300};

error refused(std::string what) { return fail(ec::invalid_argument, std::move(what)); }

error check(const cluster_options& x) {
  const auto trouble = first_error(
    {check_range("--nodes", x.node_count, 1, node_count_max),
     check_range("--base-port", x.base_port, 1, 65'535 - port_span),
     check_range("--shards", x.shard_count, 1, 1'024),
     check_range("--replicas", x.replica_count, 1, 9)});
  if (trouble)
    return refused(sentence_of(trouble));
  if (x.replica_count > x.node_count)
    return refused(
      "--replicas is " + std::to_string(x.replica_count) + ", but there are only "
      + std::to_string(x.node_count)
      + " nodes, and a node holds at most one copy of a shard; ask for more --nodes or "
        "fewer --replicas");
  return {};
}

std::string shown(std::integral auto x) { return std::to_string(x); }
std::string shown(storage::ack_mode x) { return to_string(x); }

template <class T>
error check_same(
  const std::string& flag, const std::optional<T>& wanted, const T& remembered) {
  if (!wanted || *wanted == remembered)
    return {};
  return refused(
    flag + " is " + shown(*wanted) + ", but this directory's cluster has "
    + shown(remembered) + " for good; leave the flag out, or name another --dir");
}

} // namespace

expected<cluster_options>
first_options(const up_request& request, const std::string& program) {
  if (!request.node_count)
    return refused(
      "there is no cluster in " + request.directory
      + " yet; say how many nodes it shall have: --nodes 3");
  constexpr auto replica_count_default = std::uint32_t{3};
  auto result = cluster_options{};
  result.node_count = *request.node_count;
  result.base_port = request.base_port.value_or(result.base_port);
  result.shard_count = request.shard_count.value_or(result.shard_count);
  result.replica_count
    = request.replica_count.value_or(std::min(replica_count_default, result.node_count));
  result.ack = request.ack.value_or(result.ack);
  result.program = request.program.value_or(program);
  result.allow_inject = request.allow_inject;
  if (auto trouble = check(result))
    return trouble;
  return result;
}

expected<cluster_options>
later_options(const up_request& request, const cluster_options& remembered) {
  auto result = remembered;
  result.node_count = request.node_count.value_or(remembered.node_count);
  result.program = request.program.value_or(remembered.program);
  result.allow_inject = remembered.allow_inject || request.allow_inject;
  if (result.node_count < remembered.node_count)
    return refused(
      "--nodes is " + std::to_string(result.node_count) + ", but this cluster has "
      + std::to_string(remembered.node_count)
      + " already; ask for at least as many, or name another --dir");
  const auto trouble = first_error(
    {check_same("--base-port", request.base_port, remembered.base_port),
     check_same("--shards", request.shard_count, remembered.shard_count),
     check_same("--replicas", request.replica_count, remembered.replica_count),
     check_same("--ack", request.ack, remembered.ack), check(result)});
  if (trouble)
    return trouble;
  return result;
}

expected<std::string> print_options(const cluster_options& options) {
  const auto json = nlohmann::ordered_json{
    {"format", format},
    {"nodes", options.node_count},
    {"base_port", options.base_port},
    {"shards", options.shard_count},
    {"replicas", options.replica_count},
    {"ack", to_string(options.ack)},
    {"allow_inject", options.allow_inject},
    {"program", options.program}};
  try {
    return json.dump(2) + "\n";
  } catch (const nlohmann::json::type_error&) {
    return refused("the program's path is not UTF-8; give it another name");
  }
}

expected<cluster_options> parse_options(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("format") != format)
      return fail(
        ec::version_mismatch,
        "its format is " + json.at("format").dump() + ", this program knows 1");
    auto result = cluster_options{};
    json.at("nodes").get_to(result.node_count);
    json.at("base_port").get_to(result.base_port);
    json.at("shards").get_to(result.shard_count);
    json.at("replicas").get_to(result.replica_count);
    json.at("program").get_to(result.program);
    result.allow_inject = json.value("allow_inject", false);
    if (!storage::parse(json.at("ack").get<std::string>(), result.ack))
      return fail(ec::corrupt, "its ack is " + json.at("ack").dump());
    if (const auto trouble = check(result))
      return fail(ec::corrupt, sentence_of(trouble));
    return result;
  } catch (const nlohmann::json::exception& x) {
    return fail(ec::corrupt, x.what());
  }
}

} // namespace troupe::apps
