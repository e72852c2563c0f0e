#include "apps/local/runners.hpp"

#include "apps/file_lock.hpp"
#include "apps/node/data_directory.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::apps {

namespace {

/// The process that holds the lock of `node`'s data directory. Its number stands in the
/// file, but may be a former holder's; that the process has the file open settles it.
std::optional<process> holder_of(const local_node& node) {
  if (!data_directory_locked(node.data_dir))
    return std::nullopt;
  const auto file = lock_file_of(node.data_dir);
  const auto number = last_holder(file);
  auto result = number ? process::open(*number) : std::nullopt;
  return result && result->has_open(file) ? std::move(result) : std::nullopt;
}

/// Whether `x` was started for `node`: a script's path stands before its arguments.
bool runs(const running_process& x, const local_node& node) {
  const auto wanted = arguments_of(node);
  return x.arguments.size() >= wanted.size()
         && std::equal(wanted.rbegin(), wanted.rend(), x.arguments.rbegin());
}

/// The process `x`, unless its number has come to mean another program.
std::optional<process> pin(const running_process& x) {
  auto result = process::open(x.number);
  return result && result->arguments() == x.arguments ? std::move(result) : std::nullopt;
}

pid_t runner_of(const local_node& node, const std::vector<running_process>& running) {
  if (const auto holder = holder_of(node))
    return holder->number();
  const auto started = std::ranges::find_if(
    running, [&node](const running_process& x) { return runs(x, node); });
  if (started != running.end())
    return started->number;
  // Held by a process whose files we may not see: the number is all there is.
  const auto locked = data_directory_locked(node.data_dir);
  return locked ? last_holder(lock_file_of(node.data_dir)).value_or(0) : 0;
}

} // namespace

std::vector<pid_t> runners_of(const std::vector<local_node>& nodes) {
  const auto running = running_processes();
  auto result = std::vector<pid_t>{};
  for (const auto& node : nodes)
    result.push_back(runner_of(node, running));
  return result;
}

std::vector<node_process> processes_of(const std::vector<local_node>& nodes) {
  auto result = std::vector<node_process>{};
  auto add = [&result](std::size_t node, std::optional<process> found) {
    const auto known
      = [&found](const node_process& x) { return x.what.number() == found->number(); };
    if (found && std::ranges::none_of(result, known))
      result.push_back({node, std::move(*found)});
  };
  const auto running = running_processes();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    add(i, holder_of(nodes[i]));
    for (const auto& x : running)
      if (runs(x, nodes[i]))
        add(i, pin(x));
  }
  return result;
}

} // namespace troupe::apps
