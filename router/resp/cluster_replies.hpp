/// What CLUSTER's subcommands reply about the cluster.
///
/// Source: Redis 7.0, cluster.c; the forms that redis-py, redis-cli and redis-benchmark
/// read.
#pragma once

#include "router/resp/cluster_view.hpp"

#include <string>

namespace troupe::router {

/// Ranges with their master and its replicas: [first, last, [host, port, id, []] ...].
[[nodiscard]] std::string cluster_slots_reply(const cluster_view& x);

/// Shards, each with its slots and its nodes.
[[nodiscard]] std::string cluster_shards_reply(const cluster_view& x);

/// A line for each node.
[[nodiscard]] std::string cluster_nodes_reply(const cluster_view& x);

[[nodiscard]] std::string cluster_info_reply(const cluster_view& x);

/// `-MOVED slot host:port`
[[nodiscard]] std::string moved_reply(slot in, const shown_endpoint& to);

} // namespace troupe::router
