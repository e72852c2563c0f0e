/// Tables for a terminal: aligned, no wider than what they hold.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::apps::shell {

/// What a cell means, which a terminal shows as colour.
enum class tone { plain, good, warning, bad, faint };

struct table_cell {
  std::string text;
  tone meaning = tone::plain;

  bool operator==(const table_cell&) const = default;
};

struct table_column {
  std::string heading; ///< The line of headings is left out when all are empty.
  bool right_aligned = false;

  bool operator==(const table_column&) const = default;
};

struct text_table {
  std::vector<table_column> columns;
  /// Each has as many cells as there are columns.
  std::vector<std::vector<table_cell>> rows;
  /// Printed instead of the table when it has no rows.
  std::string when_empty;

  bool operator==(const text_table&) const = default;
};

/// The table as lines, control characters made harmless. A column without any text is
/// left out.
[[nodiscard]] std::string render_table(const text_table& table, bool coloured);

/// `words` down columns of equal width, as few lines as fit in `width`.
[[nodiscard]] std::string
in_columns(const std::vector<std::string>& words, std::size_t width);

} // namespace troupe::apps::shell
