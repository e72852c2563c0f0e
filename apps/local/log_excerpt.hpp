/// What a person needs of a node's log to see why the node is not ready.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace troupe::apps {

struct log_excerpt {
  std::vector<std::string> warnings; ///< The last warnings and errors before `last`.
  std::vector<std::string> last;     ///< The last lines, of whatever level.
};

/// Reads `in` to its end; keeps a bounded number of lines. Knows both log formats.
[[nodiscard]] log_excerpt read_excerpt(std::istream& in);

/// The excerpt of the log file `path` from byte `offset` on. Empty when it cannot be
/// read.
[[nodiscard]] log_excerpt excerpt_of(const std::string& path, std::uint64_t offset);

/// The excerpt of the file's last part, however long the file is.
[[nodiscard]] log_excerpt excerpt_of_end(const std::string& path);

/// All warnings and errors of `x`, in their order.
[[nodiscard]] std::vector<std::string> warnings_in(const log_excerpt& x);

} // namespace troupe::apps
