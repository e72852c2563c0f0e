/// Uuids in protobuf fields: 16 bytes, or none for nil.
#pragma once

#include "actors/base/ids.hpp"

#include <algorithm>
#include <string>

namespace troupe::cluster {

[[nodiscard]] inline std::string uuid_to_wire(const uuid& x) {
  return x.nil() ? std::string{} : std::string{x.value().begin(), x.value().end()};
}

/// Returns false, and leaves `out` alone, when `bytes` has another length.
[[nodiscard]] inline bool uuid_from_wire(const std::string& bytes, uuid& out) {
  auto value = uuid::bytes{};
  if (!bytes.empty() && bytes.size() != value.size())
    return false;
  std::copy(bytes.begin(), bytes.end(), value.begin());
  out = uuid{value};
  return true;
}

/// The same for the strong types over uuid.
template <class Strong>
[[nodiscard]] bool uuid_from_wire(const std::string& bytes, Strong& out) {
  auto value = uuid{};
  if (!uuid_from_wire(bytes, value))
    return false;
  out = Strong{value};
  return true;
}

} // namespace troupe::cluster
