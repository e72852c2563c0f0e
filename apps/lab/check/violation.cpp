#include "apps/lab/check/violation.hpp"

namespace troupe::lab {

std::string to_string(const violation& x) {
  auto result = x.property + ": " + x.what + "\n";
  for (const auto& operation : x.operations)
    result += "  " + to_string(operation) + "\n";
  return result + x.explanation;
}

} // namespace troupe::lab
