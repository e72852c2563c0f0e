/// What the main of every program on troupe calls: it gives the program all sub-commands.
#pragma once

#include "apps/service_environment.hpp"

#include <string>

namespace troupe::apps {

/// A program on troupe.
struct app {
  std::string name; ///< As people type it.

  /// What each node of this program provides. Empty: nothing.
  service_maker services{};
};

/// Runs what the command line asks for. Errors go to stderr. Returns the exit code: 0; 1
/// when it failed; 2 when the command line or the config was wrong.
/// @pre called once, from the main thread, before others are made.
[[nodiscard]] int run(int argc, char** argv, const app& app);

} // namespace troupe::apps
