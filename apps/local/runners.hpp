/// Which processes run the nodes of a cluster on this machine.
#pragma once

#include "apps/local/layout.hpp"
#include "apps/local/process.hpp"

#include <cstddef>
#include <vector>

#include <sys/types.h>

namespace troupe::apps {

/// For each of `nodes` its process, or 0 when it does not run. A node runs when the lock
/// of its data directory is held; and when a process was started for it that has yet to
/// take the lock.
[[nodiscard]] std::vector<pid_t> runners_of(const std::vector<local_node>& nodes);

struct node_process {
  std::size_t node; ///< Its place in the list that was asked about.
  process what;
};

/// The same, all processes of all nodes: the holders of their locks, and those that were
/// started with their config files. A node may have several: what a script forks looks
/// like the script. Each was verified while it was pinned, so a number that is another
/// process's by now is not among them.
[[nodiscard]] std::vector<node_process>
processes_of(const std::vector<local_node>& nodes);

} // namespace troupe::apps
