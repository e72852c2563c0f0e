/// The command line of an `app_command`.
#pragma once

#include "apps/app_command.hpp"

#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): its library names it so
class App;
class Option;
} // namespace CLI

namespace troupe::apps {

class app_command_line {
public:
  /// Adds the command to `program`. Both outlive this.
  app_command_line(CLI::App& program, const app_command& what);

  /// Whether the command line had it.
  [[nodiscard]] bool given() const;

  [[nodiscard]] CLI::App* command() const { return command_; }

  /// Reads the flags and runs it. Fails with ec::invalid_argument, naming the flag and
  /// the form that it wants, or as the command does.
  [[nodiscard]] expected<int> run() const;

private:
  const app_command* what_;
  CLI::App* command_;
  std::vector<CLI::Option*> options_; // In the order of the flags.
};

} // namespace troupe::apps
