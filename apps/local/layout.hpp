/// Where the nodes of a cluster on this machine are: names, ports, files.
///
///     DIR/cluster.json    the remembered options
///     DIR/nodes.json      what ran after the last `up`, for scripts
///     DIR/LOCK            held while `up` or `down` changes something
///     DIR/<name>/troupe.toml, log, data/
#pragma once

#include "actors/address.hpp"
#include "apps/local/options.hpp"
#include "apps/node/config_settings.hpp"

#include <string>
#include <vector>

namespace troupe::apps {

/// Names of the files in a cluster's directory.
inline constexpr auto options_file = "cluster.json";
inline constexpr auto nodes_file = "nodes.json";
inline constexpr auto cluster_lock_file = "LOCK";

struct local_node {
  std::string name;
  actors::address link;
  actors::address resp;
  actors::address http;
  std::string folder;
  std::string config_file;
  std::string log_file;
  std::string data_dir;
};

/// The nodes of the cluster in `directory`: node i, from 1, is n<i> with its link at
/// base + i, RESP at base + 100 + i, HTTP at base + 200 + i.
[[nodiscard]] std::vector<local_node>
layout_of(const std::string& directory, const cluster_options& options);

/// What `node`'s troupe.toml says. The first `replica_count` of the nodes are the
/// founders, for ever; the others join through them.
[[nodiscard]] config_settings settings_of(
  const local_node& node, const std::vector<local_node>& nodes,
  const cluster_options& options);

/// The arguments with which `node` runs, after the program's own path.
[[nodiscard]] std::vector<std::string> arguments_of(const local_node& node);

} // namespace troupe::apps
