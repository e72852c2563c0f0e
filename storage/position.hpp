/// Where a log ends, or where two logs part: an epoch with a log sequence number.
#pragma once

#include "actors/base/ids.hpp"

#include <compare>
#include <ostream>
#include <string>

namespace troupe::storage {

/// Names one record for ever. Positions compare by epoch first: the log whose last record
/// is of the later epoch is the fresher one, however short (replication's vote rule).
struct position {
  epoch at;
  lsn seq;

  friend auto operator<=>(const position&, const position&) = default;
};

[[nodiscard]] inline std::string to_string(const position& x) {
  return to_string(x.at) + "/" + to_string(x.seq);
}

inline std::ostream& operator<<(std::ostream& out, const position& x) {
  return out << to_string(x);
}

/// The LSN `distance` behind `x`.
[[nodiscard]] constexpr lsn operator+(lsn x, std::uint64_t distance) {
  return lsn{x.value() + distance};
}

/// The LSN before `x`.
/// @pre `x` is not 0.
[[nodiscard]] constexpr lsn before(lsn x) { return lsn{x.value() - 1}; }

} // namespace troupe::storage
