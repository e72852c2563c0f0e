#include "apps/build_words.hpp"

#include <apps/build_commit.hpp> // Made at each build by cmake/build_commit.cmake.

namespace troupe {

std::string build_words() { return TROUPE_VERSION ", commit " TROUPE_COMMIT; }

} // namespace troupe
