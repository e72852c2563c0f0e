#include "apps/local/down.hpp"

#include "apps/local/cluster_directory.hpp"
#include "apps/local/ports.hpp"
#include "apps/local/runners.hpp"
#include "apps/node/data_directory.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <thread>
#include <vector>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

constexpr auto deadline_after = 25s;
constexpr auto pause = 20ms;

/// Kills all processes of `nodes` that it finds; `ended` collects the places of those
/// that had one.
error kill_all(const std::vector<local_node>& nodes, std::set<std::size_t>& ended) {
  const auto processes = processes_of(nodes);
  for (const auto& x : processes) {
    if (auto trouble = x.what.kill())
      return trouble;
    ended.insert(x.node);
  }
  return {};
}

/// What keeps `nodes` from being gone, or none. `ours` are those that ran: the port of
/// another may be somebody else's.
error what_remains(const std::vector<local_node>& nodes, const std::vector<bool>& ours) {
  if (const auto left = processes_of(nodes); !left.empty())
    return fail(
      ec::deadline_exceeded,
      "process " + std::to_string(left.front().what.number()) + " does not end");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (data_directory_locked(nodes[i].data_dir))
      return fail(
        ec::deadline_exceeded, "the data directory " + nodes[i].data_dir
                                 + " stays locked by a process that this user may not "
                                   "see");
    if (!ours[i])
      continue;
    if (auto trouble = check_ports_free(nodes[i]))
      return fail(ec::deadline_exceeded, sentence_of(trouble));
  }
  return {};
}

/// Kills until nothing remains: a node that is being started shows itself late.
error end_all(const std::vector<local_node>& nodes, std::set<std::size_t>& ended) {
  const auto deadline = std::chrono::steady_clock::now() + deadline_after;
  auto ours = std::vector<bool>{};
  for (const auto number : runners_of(nodes))
    ours.push_back(number != 0);
  for (;;) {
    if (auto trouble = kill_all(nodes, ended))
      return trouble;
    auto remains = what_remains(nodes, ours);
    if (!remains || std::chrono::steady_clock::now() >= deadline)
      return remains;
    std::this_thread::sleep_for(pause);
  }
}

} // namespace

error down(const std::string& directory, std::ostream& out) {
  auto cluster = cluster_directory::open(directory);
  if (!cluster)
    return cluster.error();
  const auto options = cluster->options();
  if (!options)
    return options.error();
  if (!*options)
    return fail(ec::not_found, "there is no cluster in " + cluster->path() + " any more");
  auto ended = std::set<std::size_t>{};
  if (auto trouble = end_all(layout_of(cluster->path(), **options), ended))
    return trouble;
  out << ended.size() << (ended.size() == 1 ? " node" : " nodes") << " ended\n";
  out.flush();
  return {};
}

} // namespace troupe::apps
