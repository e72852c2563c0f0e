/// A node's config from all its sources: defaults, then file, environment, flags; the
/// later wins.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/config_settings.hpp"
#include "apps/node/node_config.hpp"

#include <string>
#include <vector>

namespace troupe::apps {

struct config_sources {
  std::string file;                     ///< Path; empty is none.
  std::vector<std::string> environment; ///< NAME=value
  config_settings flags;
  std::string host_name; ///< For a node without a name.
};

/// The whole config, completed and valid. Fails with ec::invalid_config, naming where the
/// culprit was set, or as `read_config_file` does.
[[nodiscard]] expected<node_config> load_config(const config_sources& sources);

/// This machine's name. Empty when the system does not tell; the check of node.name says
/// the rest.
[[nodiscard]] std::string host_name();

} // namespace troupe::apps
