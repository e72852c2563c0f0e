#include "actors/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace troupe {

void assertion_failed(const char* condition, const char* file, int line) {
  static_cast<void>(
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition));
  std::abort();
}

} // namespace troupe
