#include "apps/local/wait_ready.hpp"

#include "actors/base/config.hpp"
#include "apps/local/log_excerpt.hpp"
#include "apps/local/process.hpp"
#include "apps/local/readiness.hpp"
#include "apps/node/admin_client.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

constexpr auto ask_deadline = 1s;
constexpr auto shards_deadline = 3s; // The node asks the others first.
constexpr auto ready_pause = 50ms;

std::string indented(const std::vector<std::string>& lines) {
  auto result = std::string{};
  for (const auto& line : lines)
    result += "\n  " + line;
  return result;
}

/// What stands in the node's log since it was started, its last lines.
std::string end_of_log(const started_node& x) {
  const auto lines = excerpt_of(x.node.log_file, x.log_offset).last;
  return "; the end of " + x.node.log_file + ":"
         + (lines.empty() ? " (it wrote nothing)" : indented(lines));
}

error find_ended(const std::vector<started_node>& started) {
  for (const auto& x : started)
    if (const auto how = how_ended(x.process))
      return fail(
        ec::wrong_state, x.node.name + " " + *how + " before the cluster was ready"
                           + end_of_log(x)
                           + "\nThe other nodes go on; 'down' ends them.");
  return {};
}

/// What `node` says of itself and of the others. Each look asks anew, because a node may
/// have been restarted since.
node_view ask(admin_client& client, const local_node& node) {
  auto result = node_view{node.name, std::nullopt, {}};
  if (client.connect(to_string(node.link), ask_deadline))
    return result; // Not up yet: `missing_in` says so.
  auto status = client.ask(status_query{}, ask_deadline);
  auto members = client.ask(members_query{}, ask_deadline);
  if (status && members) {
    result.status = std::move(*status);
    result.members = std::move(members->members);
  }
  return result;
}

/// What the shards lack, as the node last asked sees it.
std::string look_at_shards(admin_client& client, std::uint32_t shard_count) {
  auto shards = client.ask(shards_query{}, shards_deadline);
  return shards ? missing_in_shards(*shards, shard_count) : render(shards.error());
}

/// What is missing, or empty. Fails when the nodes are of two clusters. Asks no further
/// than the first node that knows no cluster yet.
expected<std::string> look(
  admin_client& client, const std::vector<local_node>& nodes, std::uint32_t shard_count) {
  auto views = std::vector<node_view>{};
  for (const auto& node : nodes) {
    views.push_back(ask(client, node));
    if (const auto& said = views.back().status; !said || said->cluster.value().nil())
      break;
  }
  if (auto foreign = foreign_among(views); !foreign.empty())
    return fail(ec::foreign_cluster, foreign);
  auto missing = missing_among(views);
  return missing.empty() ? look_at_shards(client, shard_count) : missing;
}

/// What the nodes have warned of: those that were started now, since then; the others of
/// late.
std::string warnings_of(
  const std::vector<local_node>& nodes, const std::vector<started_node>& started) {
  auto result = std::string{};
  for (const auto& node : nodes) {
    const auto ours = std::ranges::find(
      started, node.log_file, [](const auto& x) { return x.node.log_file; });
    const auto excerpt = ours == started.end()
                           ? excerpt_of_end(node.log_file)
                           : excerpt_of(node.log_file, ours->log_offset);
    if (const auto warnings = warnings_in(excerpt); !warnings.empty())
      result += "\n" + node.name + " warned:" + indented(warnings);
  }
  return result;
}

error too_late(
  const std::string& missing, const std::vector<local_node>& nodes,
  const std::vector<started_node>& started, duration timeout) {
  const auto culprit = std::ranges::find_if(started, [&missing](const auto& x) {
    return missing.starts_with(x.node.name + " ");
  });
  return fail(
    ec::deadline_exceeded,
    "after " + to_text(timeout) + " " + missing
      + (culprit == started.end() ? "" : end_of_log(*culprit))
      + warnings_of(nodes, started)
      + "\nThe nodes go on; 'up' again waits for longer, 'down' ends them.");
}

} // namespace

error wait_ready(
  const std::vector<local_node>& nodes, const std::vector<started_node>& started,
  std::uint32_t shard_count, duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto client = admin_client{};
  for (;;) {
    const auto missing = look(client, nodes, shard_count);
    if (!missing)
      return missing.error();
    if (missing->empty())
      return {};
    if (auto trouble = find_ended(started))
      return trouble;
    if (std::chrono::steady_clock::now() >= deadline)
      return too_late(*missing, nodes, started, timeout);
    std::this_thread::sleep_for(ready_pause);
  }
}

} // namespace troupe::apps
