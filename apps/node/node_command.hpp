/// `troupe node`: the flags, and what they start.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/node_config.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): its library names it so
class App;
class Option;
} // namespace CLI

namespace troupe::apps {

/// The sub-command's flags, one for each key of `config_keys()`, and --config.
class node_command {
public:
  /// Adds the flags to `command`, which outlives this.
  explicit node_command(CLI::App& command);

  /// What the flags say after `command` was parsed, over file and environment. Fails as
  /// `load_config` does.
  [[nodiscard]] expected<node_config>
  config(const std::vector<std::string>& environment) const;

  [[nodiscard]] bool wants_keys() const { return wants_keys_; }

private:
  std::string file_;
  bool wants_keys_ = false;
  std::vector<CLI::Option*> options_; // In the order of config_keys().
};

/// All keys with what they are for and their defaults.
void print_keys(std::ostream& out);

} // namespace troupe::apps
