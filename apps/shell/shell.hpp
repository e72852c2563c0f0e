/// `troupe shell`: the operator's prompt, a client on the link protocol.
///
/// Runs the commands that it is given, or reads them: from a terminal with editing,
/// history and completion, else line by line.
#pragma once

#include "actors/base/time.hpp"

#include <string>
#include <vector>

namespace troupe::apps {

struct shell_options {
  /// Where a node listens for links.
  std::string address = "127.0.0.1:7400";

  /// Run in order until one fails; none: read them from stdin.
  std::vector<std::string> commands;

  /// One JSON value in one line for each command that succeeds.
  bool as_json = false;

  /// The longest wait for a connection and for an answer.
  duration deadline = std::chrono::seconds{5};
};

/// Returns the exit code: 0; 1 when a command failed; 2 when one was wrong; 3 when no
/// node could be reached. Errors go to stderr as "error: code: sentence".
/// @pre called from the main thread.
[[nodiscard]] int run_shell(const shell_options& options);

} // namespace troupe::apps
