/// The command line of `troupe chaos run FILE`.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/chaos/run_chaos.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): its library names it so
class App;
class Option;
} // namespace CLI

namespace troupe::lab {

class chaos_command {
public:
  /// Adds the sub-command `run` and its flags to `command`, which outlives this.
  explicit chaos_command(CLI::App& command);

  /// What they say after `command` was parsed, without the program. Fails with
  /// ec::invalid_argument, naming the flag and the form that it wants.
  [[nodiscard]] expected<chaos_request> request() const;

private:
  CLI::App* run_;
  CLI::Option* file_;
  CLI::Option* seed_;
  CLI::Option* directory_;
  CLI::Option* report_;
  CLI::Option* base_port_;
};

} // namespace troupe::lab
