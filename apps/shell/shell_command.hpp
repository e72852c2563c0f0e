/// The flags of `troupe shell`.
#pragma once

#include "actors/base/error.hpp"
#include "apps/shell/shell.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): its library names it so
class App;
class Option;
} // namespace CLI

namespace troupe::apps {

class shell_command {
public:
  /// Adds the flags to `command`, which outlives this.
  explicit shell_command(CLI::App& command);

  /// What they say after `command` was parsed. Fails with ec::invalid_argument, naming
  /// the flag and the form that it wants.
  [[nodiscard]] expected<shell_options> options() const;

private:
  CLI::Option* address_;
  CLI::Option* commands_;
  CLI::Option* timeout_;
  bool as_json_ = false;
};

} // namespace troupe::apps
