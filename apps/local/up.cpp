#include "apps/local/up.hpp"

#include "apps/local/cluster_directory.hpp"
#include "apps/local/ports.hpp"
#include "apps/local/runners.hpp"
#include "apps/local/start_node.hpp"
#include "apps/local/wait_ready.hpp"
#include "apps/system_error.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace troupe::apps {

namespace {

/// What was started, and what runs now.
struct started_cluster {
  std::vector<local_node> nodes;
  std::vector<pid_t> processes; ///< Of `nodes`, in their order.
  std::vector<started_node> started;
  std::uint32_t shard_count = 0;
};

/// The options of this call, checked before anything is made or changed.
expected<cluster_options> options_for(
  const up_request& request, const std::optional<cluster_options>& remembered,
  const std::string& program) {
  auto result
    = remembered ? later_options(request, *remembered) : first_options(request, program);
  if (!result)
    return result;
  auto problem = std::error_code{};
  result->program = std::filesystem::absolute(result->program, problem).string();
  if (::access(result->program.c_str(), X_OK) != 0)
    return fail(
      ec::invalid_argument,
      sentence_of(system_error("cannot run " + result->program, errno))
        + "; name the nodes' program with --program");
  return result;
}

/// Starts the nodes that have no process. All ports are checked and all files written
/// before the first start, so that most troubles leave nothing half done.
error start_missing(
  const cluster_directory& directory, const cluster_options& options,
  started_cluster& cluster) {
  auto missing = std::vector<std::size_t>{};
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i)
    if (cluster.processes[i] == 0)
      missing.push_back(i);
  for (const auto i : missing)
    if (auto trouble = check_ports_free(cluster.nodes[i]))
      return trouble;
  if (auto trouble = directory.remember(options))
    return trouble;
  auto settings = std::vector<config_settings>{};
  for (const auto i : missing) {
    settings.push_back(settings_of(cluster.nodes[i], cluster.nodes, options));
    if (auto trouble = directory.prepare(cluster.nodes[i], settings.back()))
      return trouble;
  }
  for (std::size_t k = 0; k < missing.size(); ++k) {
    const auto i = missing[k];
    auto node = start_node(cluster.nodes[i], settings[k], options.program);
    if (!node)
      return node.error();
    cluster.processes[i] = node->process;
    cluster.started.push_back(std::move(*node));
  }
  return {};
}

/// Changes the directory, which is held only until this returns: a `down` need not wait
/// for nodes that never become ready.
expected<started_cluster> start(const up_request& request, const std::string& program) {
  // A request that cannot be met must not leave a directory behind.
  if (!has_cluster(request.directory))
    if (auto options = options_for(request, std::nullopt, program); !options)
      return options.error();
  auto directory = cluster_directory::make(request.directory);
  if (!directory)
    return directory.error();
  const auto remembered = directory->options();
  if (!remembered)
    return remembered.error();
  const auto options = options_for(request, *remembered, program);
  if (!options)
    return options.error();
  auto result = started_cluster{
    layout_of(directory->path(), *options), {}, {}, options->shard_count};
  result.processes = runners_of(result.nodes);
  if (auto trouble = start_missing(*directory, *options, result))
    return trouble;
  if (auto trouble = directory->write_nodes(result.nodes, result.processes))
    return trouble;
  return result;
}

void tell(const started_cluster& cluster, std::ostream& out) {
  for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
    const auto& x = cluster.nodes[i];
    out << x.name << "  pid " << cluster.processes[i] << "  link " << x.link << "  resp "
        << x.resp << "  http " << x.http << '\n';
  }
  out << cluster.nodes.size()
      << (cluster.nodes.size() == 1 ? " node is" : " nodes are one cluster and")
      << " ready; " << cluster.started.size() << " started now\n";
}

} // namespace

error up(const up_request& request, const std::string& program, std::ostream& out) {
  const auto cluster = start(request, program);
  if (!cluster)
    return cluster.error();
  if (
    auto trouble
    = wait_ready(cluster->nodes, cluster->started, cluster->shard_count, request.timeout))
    return trouble;
  tell(*cluster, out);
  out.flush();
  return {};
}

expected<std::string> own_program() {
  auto problem = std::error_code{};
  auto result = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem)
    return fail(ec::system, "cannot read /proc/self/exe: " + problem.message());
  return result.string();
}

} // namespace troupe::apps
