#include "apps/lab/chaos/node_processes.hpp"

#include "apps/local/cluster_directory.hpp"
#include "apps/local/process.hpp"
#include "apps/local/runners.hpp"
#include "apps/local/start_node.hpp"

#include <chrono>
#include <csignal>
#include <set>
#include <thread>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto end_deadline = 20s;
constexpr auto look_again = 5ms;

} // namespace

expected<node_processes> node_processes::make(
  const std::string& directory, const apps::cluster_options& options,
  std::vector<apps::local_node> nodes) {
  const auto held = apps::cluster_directory::make(directory);
  if (!held)
    return held.error();
  if (auto trouble = held->remember(options))
    return trouble;
  for (const auto& node : nodes)
    if (auto trouble = held->prepare(node, apps::settings_of(node, nodes, options)))
      return trouble;
  return node_processes{held->path(), options, std::move(nodes)};
}

error node_processes::start(std::size_t node, const std::vector<std::string>& wrapper) {
  if (runs(node))
    return {};
  const auto settings = apps::settings_of(nodes_[node], nodes_, options_);
  auto started = apps::start_node(nodes_[node], settings, options_.program, wrapper);
  if (!started)
    return started.error();
  running_[node] = std::move(*started);
  return {};
}

error node_processes::wait_ready(duration timeout) const {
  auto started = std::vector<apps::started_node>{};
  for (const auto& [node, x] : running_)
    started.push_back(x);
  return apps::wait_ready(nodes_, started, options_.shard_count, timeout);
}

bool node_processes::runs(std::size_t node) const {
  const auto found = running_.find(node);
  return found != running_.end()
         && apps::process::open(found->second.process).has_value();
}

std::optional<std::string> node_processes::ended_by_itself(std::size_t node) {
  const auto found = running_.find(node);
  if (found == running_.end() || runs(node))
    return std::nullopt;
  auto result = apps::how_ended(found->second.process);
  running_.erase(found);
  return result;
}

error node_processes::kill(std::size_t node) {
  const auto found = running_.find(node);
  if (found == running_.end())
    return {};
  const auto number = found->second.process;
  if (const auto running = apps::process::open(number)) {
    if (auto trouble = running->kill())
      return trouble;
    while (running->alive())
      std::this_thread::sleep_for(look_again);
  }
  static_cast<void>(apps::how_ended(number)); // Reaps it; how is known.
  running_.erase(node);
  return {};
}

error node_processes::pause(std::size_t node) const { return signal(node, SIGSTOP); }

error node_processes::resume(std::size_t node) const { return signal(node, SIGCONT); }

void node_processes::starve(std::size_t node) {
  const auto found = running_.find(node);
  if (found == running_.end())
    return;
  if (auto running = apps::process::open(found->second.process))
    starving_[node] = std::make_unique<starvation>(std::move(*running));
}

void node_processes::feed(std::size_t node) { starving_.erase(node); }

std::optional<node_usage> node_processes::usage(std::size_t node) const {
  const auto found = running_.find(node);
  return found == running_.end() ? std::nullopt : usage_of(found->second.process);
}

error node_processes::signal(std::size_t node, int number) const {
  const auto found = running_.find(node);
  const auto running
    = found == running_.end() ? std::nullopt : apps::process::open(found->second.process);
  return running ? running->signal(number) : error{};
}

expected<std::size_t> end_processes(const std::vector<apps::local_node>& nodes) {
  const auto deadline = std::chrono::steady_clock::now() + end_deadline;
  auto ended = std::set<pid_t>{};
  for (;;) {
    const auto left = apps::processes_of(nodes);
    if (left.empty())
      return ended.size();
    for (const auto& x : left) {
      if (auto trouble = x.what.kill())
        return trouble;
      ended.insert(x.what.number());
    }
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(
        ec::deadline_exceeded, "process " + std::to_string(left.front().what.number())
                                 + " of " + nodes[left.front().node].name
                                 + " does not end");
    std::this_thread::sleep_for(look_again);
  }
}

} // namespace troupe::lab
