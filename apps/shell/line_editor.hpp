/// Reads lines from a terminal: editing, history, search (Ctrl-R) and completion (Tab).
///
/// The one file that touches libedit. People's ~/.editrc is respected.
#pragma once

#include "apps/shell/completion.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::apps::shell {

class line_editor {
public:
  /// Completes the part of a line that is before the cursor.
  using completer = std::function<completion(std::string_view line)>;

  explicit line_editor(completer complete);
  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;
  ~line_editor();

  /// The next line, empty when Ctrl-C took it back; nothing at the end of the input.
  [[nodiscard]] std::optional<std::string> read(std::string prompt);

  /// Makes `line` the newest of the history, unless the newest is equal.
  void remember(const std::string& line);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace troupe::apps::shell
