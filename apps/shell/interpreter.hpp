/// Runs commands: parses, asks, prints; errors as "error: code: sentence".
#pragma once

#include "apps/shell/command.hpp"
#include "apps/shell/session.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace troupe::apps::shell {

/// How a command ended; also the shell's exit code.
enum class exit_status : int {
  ok = 0,
  failed = 1,      ///< The node refused it, or did not answer.
  misuse = 2,      ///< It is written wrongly. Nothing was done.
  unconnected = 3, ///< No node could be reached. Nothing was done.
};

struct output_form {
  bool as_json = false; ///< One JSON value for each command that succeeds, in one line.
  bool coloured = false;
};

/// Asks a yes-or-no question; whether the answer was yes.
using confirmation = std::function<bool(const std::string& question)>;

class interpreter {
public:
  /// Without `confirm` actions are not asked about. Everything outlives this.
  interpreter(
    session& place, output_form form, confirmation confirm, std::ostream& out,
    std::ostream& errors);

  [[nodiscard]] exit_status run(std::string_view line);
  [[nodiscard]] exit_status run(const invocation& call);

  /// Whether a command ended the shell.
  [[nodiscard]] bool finished() const { return finished_; }

  /// Prints `why`, and returns `status`.
  exit_status report(const error& why, exit_status status);

private:
  exit_status perform(const invocation& call, local_run local);
  exit_status perform(const invocation& call, question_run question);
  exit_status perform(const invocation& call, const action_run& action);
  exit_status perform(const invocation& call, const effect_run& effect);
  exit_status perform(const invocation& call, quit_run);
  exit_status print(const answer& x);

  session* place_;
  output_form form_;
  confirmation confirm_;
  std::ostream* out_;
  std::ostream* errors_;
  bool finished_ = false;
};

} // namespace troupe::apps::shell
