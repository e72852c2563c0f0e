/// Starts one node of a cluster on this machine.
#pragma once

#include "actors/base/error.hpp"
#include "apps/local/layout.hpp"
#include "apps/local/wait_ready.hpp"
#include "apps/node/config_settings.hpp"

#include <string>
#include <vector>

namespace troupe::apps {

/// Runs `program` as `node`, whose troupe.toml says `settings`, in a session of its own.
/// `wrapper` are a program's absolute path and arguments that run what follows them in
/// their own place. Fails as `start_detached`.
[[nodiscard]] expected<started_node> start_node(
  const local_node& node, const config_settings& settings, const std::string& program,
  const std::vector<std::string>& wrapper = {});

} // namespace troupe::apps
