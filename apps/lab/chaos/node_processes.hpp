/// The nodes of a run as processes of this machine.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "apps/lab/chaos/node_usage.hpp"
#include "apps/lab/chaos/starvation.hpp"
#include "apps/local/layout.hpp"
#include "apps/local/options.hpp"
#include "apps/local/wait_ready.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace troupe::lab {

/// Used by one thread.
class node_processes {
public:
  /// The nodes of the cluster in `directory`, which is made when it is missing; none
  /// runs. Fails as `apps::cluster_directory::make`.
  [[nodiscard]] static expected<node_processes> make(
    const std::string& directory, const apps::cluster_options& options,
    std::vector<apps::local_node> nodes);

  [[nodiscard]] const std::vector<apps::local_node>& nodes() const { return nodes_; }

  /// Starts the program, behind the words of `wrapper`: a program that becomes another
  /// one, such as `ip netns exec NAME`. A node that runs is left alone.
  [[nodiscard]] error
  start(std::size_t node, const std::vector<std::string>& wrapper = {});

  [[nodiscard]] error wait_ready(duration timeout) const;
  [[nodiscard]] bool runs(std::size_t node) const;
  [[nodiscard]] std::optional<std::string> ended_by_itself(std::size_t node);
  [[nodiscard]] error kill(std::size_t node);
  [[nodiscard]] error pause(std::size_t node) const;
  [[nodiscard]] error resume(std::size_t node) const;
  void starve(std::size_t node);
  void feed(std::size_t node);
  [[nodiscard]] std::optional<node_usage> usage(std::size_t node) const;

private:
  node_processes(
    std::string directory, apps::cluster_options options,
    std::vector<apps::local_node> nodes)
      : directory_{std::move(directory)}, options_{std::move(options)}, nodes_{std::move(
                                                                          nodes)} {}

  [[nodiscard]] error signal(std::size_t node, int number) const;

  std::string directory_;
  apps::cluster_options options_;
  std::vector<apps::local_node> nodes_;
  std::map<std::size_t, apps::started_node> running_;
  std::map<std::size_t, std::unique_ptr<starvation>> starving_;
};

/// Ends all processes of `nodes`, whoever started them: those that hold the lock of a
/// node's data directory or were started with its config file, and no others. Returns how
/// many there were. Fails with ec::deadline_exceeded when one remains, or ec::system.
[[nodiscard]] expected<std::size_t>
end_processes(const std::vector<apps::local_node>& nodes);

} // namespace troupe::lab
