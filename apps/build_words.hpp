/// Which program this is: its version, and the commit that it was built from.
#pragma once

#include <string>

namespace troupe {

/// "0.1.0, commit 2a1df85c0b4e"; with "-dirty" behind it when sources were changed since,
/// and "unknown" outside of a repository.
[[nodiscard]] std::string build_words();

} // namespace troupe
