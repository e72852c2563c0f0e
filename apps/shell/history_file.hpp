/// The lines that were typed in earlier shells, a line of text each, oldest first.
///
/// Several shells may use one file: each only appends.
#pragma once

#include "actors/base/error.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::apps::shell {

class history_file {
public:
  /// Keeps about `lines_max` lines in `path`; with an empty path nothing is kept.
  explicit history_file(std::string path, std::size_t lines_max = 1'000)
      : path_{std::move(path)}, lines_max_{lines_max} {}

  /// The last lines, none when there is no file. Shortens the file once it has twice as
  /// many lines as it should keep. Fails with ec::system.
  [[nodiscard]] expected<std::vector<std::string>> load() const;

  /// Adds a line that has no newline in it. The file is made readable for its owner
  /// alone, as lines may hold data. Fails with ec::system.
  [[nodiscard]] error append(const std::string& line) const;

private:
  [[nodiscard]] error shorten(const std::vector<std::string>& lines) const;

  std::string path_;
  std::size_t lines_max_;
};

/// $TROUPE_HISTORY, also when it is empty, else ~/.troupe_history.
[[nodiscard]] std::string history_path();

} // namespace troupe::apps::shell
