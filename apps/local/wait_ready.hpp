/// Waits until the nodes of a cluster on this machine are one cluster.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "apps/local/layout.hpp"

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace troupe::apps {

/// A node that this process has just started.
struct started_node {
  local_node node;
  pid_t process = 0;
  std::uint64_t log_offset = 0; ///< Where its part of the log begins.
};

/// Returns none when each of `nodes` is ready and sees all others alive, and the catalog
/// and each of the `shard_count` shards has a master. Fails with
///
/// - ec::wrong_state as soon as one of the `started` has ended;
/// - ec::foreign_cluster as soon as two of them are known to be of different clusters,
///   naming both;
/// - ec::deadline_exceeded after `timeout`, naming what is missing, and what any node has
///   warned of;
///
/// the first and the last with the end of the log of the node concerned, when we started
/// it.
[[nodiscard]] error wait_ready(
  const std::vector<local_node>& nodes, const std::vector<started_node>& started,
  std::uint32_t shard_count, duration timeout);

} // namespace troupe::apps
