#include "apps/shell/shell.hpp"

#include "apps/shell/completion.hpp"
#include "apps/shell/history_file.hpp"
#include "apps/shell/interpreter.hpp"
#include "apps/shell/line_editor.hpp"
#include "apps/shell/readable.hpp"
#include "apps/shell/remote_admin.hpp"
#include "apps/shell/session.hpp"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include <unistd.h>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;
using shell::exit_status;

// Nobody waits longer for a completion.
constexpr auto completion_deadline = duration{300ms};

bool wants_colour() {
  const auto* no_colour = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

/// Asks on stderr, since stdout may be a file.
bool confirmed_on_terminal(const std::string& question) {
  std::cerr << shell::printable(question) << " [y/N] " << std::flush;
  auto line = std::string{};
  std::getline(std::cin, line);
  return line == "y" || line == "Y" || line == "yes";
}

class shell_run {
public:
  explicit shell_run(const shell_options& options)
      : options_{options}, node_{options.deadline},
        place_{node_, options.address, std::cerr}, interpreter_{
                                                     place_,
                                                     {options.as_json, wants_colour()},
                                                     ::isatty(STDIN_FILENO) != 0
                                                       ? confirmed_on_terminal
                                                       : shell::confirmation{},
                                                     std::cout,
                                                     std::cerr} {}

  exit_status run() {
    if (!options_.commands.empty())
      return run_given();
    return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 ? converse()
                                                                       : run_lines();
  }

private:
  /// All are read before the first is run, so that a slip in the last does not leave half
  /// of the work done.
  exit_status run_given() {
    auto calls = std::vector<shell::invocation>{};
    for (const auto& line : options_.commands) {
      auto call = shell::parse_line(line);
      if (!call)
        return interpreter_.report(call.error(), exit_status::misuse);
      calls.push_back(std::move(*call));
    }
    auto status = exit_status::ok;
    for (auto call = calls.begin(); call != calls.end() && may_go_on(status); ++call)
      status = interpreter_.run(*call);
    return status;
  }

  exit_status run_lines() {
    auto status = exit_status::ok;
    for (auto line = std::string{}; may_go_on(status) && std::getline(std::cin, line);)
      if (!shell::is_blank_line(line))
        status = interpreter_.run(line);
    return status;
  }

  [[nodiscard]] bool may_go_on(exit_status status) const {
    return status == exit_status::ok && !interpreter_.finished();
  }

  exit_status converse() {
    if (const auto trouble = place_.connect())
      return interpreter_.report(trouble, exit_status::unconnected);
    auto editor
      = shell::line_editor{[this](std::string_view line) { return completion_of(line); }};
    recall(editor);
    while (!interpreter_.finished()) {
      place_.refresh();
      const auto line = editor.read(prompt());
      if (!line) {
        std::cout << '\n';
        break;
      }
      if (shell::is_blank_line(*line))
        continue;
      keep(*line, editor);
      // The person has read what was wrong, and may go on.
      static_cast<void>(interpreter_.run(*line));
    }
    return exit_status::ok;
  }

  [[nodiscard]] std::string prompt() const {
    const auto name = shell::printable(place_.node().name.value());
    return (place_.connected() ? name : name + " (gone)") + "> ";
  }

  shell::completion completion_of(std::string_view line) {
    node_.set_deadline(completion_deadline);
    auto result
      = shell::complete(line, [this](shell::argument_kind kind, std::string_view typed) {
          return shell::names_of(kind, typed, place_);
        });
    node_.set_deadline(options_.deadline);
    return result;
  }

  void recall(shell::line_editor& editor) {
    const auto lines = history_.load();
    if (!lines)
      return complain_of_history(lines.error());
    for (const auto& line : *lines)
      editor.remember(line);
  }

  void keep(const std::string& line, shell::line_editor& editor) {
    editor.remember(line);
    if (const auto trouble = history_.append(line))
      complain_of_history(trouble);
  }

  void complain_of_history(const error& why) {
    std::cerr << "note: this shell keeps no history: " << render(why) << '\n';
    history_ = shell::history_file{""};
  }

  const shell_options& options_;
  shell::remote_admin node_;
  shell::session place_;
  shell::interpreter interpreter_;
  shell::history_file history_{shell::history_path()};
};

} // namespace

int run_shell(const shell_options& options) {
  return static_cast<int>(shell_run{options}.run());
}

} // namespace troupe::apps
