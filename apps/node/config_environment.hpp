/// Environment variables to settings: TROUPE_LINK_LISTEN sets link.listen.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/config_settings.hpp"

#include <string>
#include <vector>

namespace troupe::apps {

/// Takes the variables of `environment`, each `NAME=value`, that are settings.
///
/// Fails with ec::invalid_config on one that was meant to be a setting: it begins with
/// TROUPE_ and a section, or resembles a setting's name. Others that begin with TROUPE_
/// are left alone, because a machine's own tools make such names, too.
[[nodiscard]] expected<config_settings>
read_environment(const std::vector<std::string>& environment);

/// The environment of this process.
[[nodiscard]] std::vector<std::string> process_environment();

} // namespace troupe::apps
