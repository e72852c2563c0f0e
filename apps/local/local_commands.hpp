/// The flags of `troupe up` and `troupe down`.
#pragma once

#include "actors/base/error.hpp"
#include "apps/local/options.hpp"

#include <string>

namespace CLI { // NOLINT(readability-identifier-naming): its library names it so
class App;
class Option;
} // namespace CLI

namespace troupe::apps {

class up_command {
public:
  /// Adds the flags to `command`, which outlives this.
  explicit up_command(CLI::App& command);

  /// What they say after `command` was parsed. Fails with ec::invalid_argument, naming
  /// the flag and the form that it wants.
  [[nodiscard]] expected<up_request> request() const;

private:
  CLI::Option* directory_;
  CLI::Option* node_count_;
  CLI::Option* base_port_;
  CLI::Option* shard_count_;
  CLI::Option* replica_count_;
  CLI::Option* ack_;
  CLI::Option* program_;
  CLI::Option* allow_inject_;
  CLI::Option* timeout_;
};

class down_command {
public:
  /// Adds the flags to `command`, which outlives this.
  explicit down_command(CLI::App& command);

  /// What they say after `command` was parsed. Fails with ec::invalid_argument.
  [[nodiscard]] expected<std::string> directory() const;

private:
  CLI::Option* directory_;
};

} // namespace troupe::apps
