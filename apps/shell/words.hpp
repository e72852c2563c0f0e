/// Splits a line that a person typed into words, as shells do.
///
/// Blanks separate words. Within '...' every character stands for itself; within "..."
/// and outside, a backslash makes the next character stand for itself. A word that begins
/// with { or [ may be JSON as it is: up to the bracket that closes the first one all
/// stands for itself.
#pragma once

#include "actors/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::apps::shell {

/// A line as far as it was typed.
struct scanned_line {
  /// All words, also the last one when it may go on.
  std::vector<std::string> words;
  /// Where the last word begins when the line ends within it, else the line's length.
  std::size_t open_begin = 0;
  /// The quote, bracket or backslash that waits for its end, or 0.
  char unfinished = 0;

  bool operator==(const scanned_line&) const = default;
};

[[nodiscard]] scanned_line scan_line(std::string_view line);

/// The words of a finished line. Fails with ec::invalid_argument when a quote
/// or bracket is open.
[[nodiscard]] expected<std::vector<std::string>> split_words(std::string_view line);

/// `text` so that it is read back as one word.
[[nodiscard]] std::string quote_word(std::string_view text);

} // namespace troupe::apps::shell
