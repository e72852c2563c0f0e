/// troupe.toml to settings and back.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/config_settings.hpp"

#include <string>
#include <string_view>

namespace troupe::apps {

/// Reads the file `path`. Fails with ec::not_found or ec::system when it cannot be read,
/// else as `parse_config`.
[[nodiscard]] expected<config_settings> read_config_file(const std::string& path);

/// Reads TOML. Fails with ec::invalid_config, naming `path`, the line, the key and the
/// remedy, on bad syntax, an unknown key or section, or a value of the wrong type.
[[nodiscard]] expected<config_settings>
parse_config(std::string_view text, const std::string& path);

/// What `parse_config` reads back as the same values.
[[nodiscard]] std::string print_config(const config_settings& settings);

} // namespace troupe::apps
