/// Lists of words as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

[[nodiscard]] std::string
join(const std::vector<std::string>& words, std::string_view between);

/// The parts between the separators, empty ones too: at least one.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// The word as a POSIX shell takes it for one: in quotes where it needs them.
[[nodiscard]] std::string shell_quoted(std::string_view word);

} // namespace troupe::lab
