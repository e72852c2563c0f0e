#include "apps/local/wait_ready.hpp"

#include "actors/base/config.hpp"
#include "apps/local/process.hpp"
#include "apps/local/readiness.hpp"
#include "apps/node/admin_client.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
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

/// What stands in the node's log since it was started, its last lines.
std::string end_of_log(const started_node& x) {
  constexpr auto lines_max = std::size_t{15};
  auto file = std::ifstream{x.node.log_file, std::ios::binary};
  file.seekg(static_cast<std::streamoff>(x.log_offset));
  auto lines = std::deque<std::string>{};
  for (auto line = std::string{}; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > lines_max)
      lines.pop_front();
  }
  auto result = "; the end of " + x.node.log_file + ":";
  if (lines.empty())
    result += " (it wrote nothing)";
  for (const auto& line : lines)
    result += "\n  " + line;
  return result;
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

/// What is missing, or empty. Asks no further than the first node that is not ready.
std::string look(
  admin_client& client, const std::vector<local_node>& nodes, std::uint32_t shard_count) {
  auto views = std::vector<node_view>{};
  for (const auto& node : nodes) {
    views.push_back(ask(client, node));
    if (auto missing = missing_in(views.back()); !missing.empty())
      return missing;
  }
  auto missing = missing_among(views);
  return missing.empty() ? look_at_shards(client, shard_count) : missing;
}

error too_late(
  const std::string& missing, const std::vector<started_node>& started,
  duration timeout) {
  const auto culprit = std::ranges::find_if(started, [&missing](const auto& x) {
    return missing.starts_with(x.node.name + " ");
  });
  return fail(
    ec::deadline_exceeded,
    "after " + to_text(timeout) + " " + missing
      + (culprit == started.end() ? "" : end_of_log(*culprit))
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
    if (missing.empty())
      return {};
    if (auto trouble = find_ended(started))
      return trouble;
    if (std::chrono::steady_clock::now() >= deadline)
      return too_late(missing, started, timeout);
    std::this_thread::sleep_for(ready_pause);
  }
}

} // namespace troupe::apps
