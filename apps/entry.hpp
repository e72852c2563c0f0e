/// What the main of every program on troupe calls: it gives the program all sub-commands.
#pragma once

#include "apps/app_command.hpp"
#include "apps/lab/workload.hpp"
#include "apps/service_environment.hpp"

#include <string>
#include <vector>

namespace troupe::apps {

/// A program on troupe.
struct app {
  std::string name; ///< As people type it.

  /// What each node of this program provides. Empty: nothing.
  service_maker services{};

  /// Sub-commands beside those of troupe.
  std::vector<app_command> commands{};

  /// The app's own load and properties for `sim` and `chaos`. Empty: its services run,
  /// and troupe's own load.
  lab::workload_maker workload{};
};

/// Runs what the command line asks for. Errors go to stderr. Returns the exit code: 0; 1
/// when it failed; 2 when the command line or the config was wrong; of the app's own
/// commands, what they return.
/// @pre called once, from the main thread, before others are made.
[[nodiscard]] int run(int argc, char** argv, const app& app);

} // namespace troupe::apps
