/// Records that were cut off a log and set aside (`lost+found`): what was acknowledged
/// with a majority on disk must not be there alone.
///
/// That such a record is there is no fault by itself: its master may have had no
/// majority, and the write been carried out by the next one, in a record of its own.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/check/history.hpp"
#include "apps/lab/check/violation.hpp"
#include "storage/record.hpp"

#include <set>
#include <string>
#include <utility>

namespace troupe::lab {

/// What writes have put at the end of which key: a register's value, a list's element.
using written_values = std::set<std::pair<std::string, std::string>>;

struct replica_records {
  written_values kept; ///< In some replica's log.
  written_values lost; ///< In some replica's `lost+found`.
  /// Some log no longer has its first records: what is not in `kept` may have been.
  bool shortened = false;
};

/// Adds the values that `x` puts to `result`.
void add_values(const storage::record& x, written_values& result);

/// Adds what the replicas below a node's data directory have. Fails as storage's logs do
/// when one cannot be read.
/// @pre no node runs there.
[[nodiscard]] error
add_records(const std::string& data_directory, replica_records& result);

/// Finds `nothing_lost`. Values are unique.
[[nodiscard]] violations check_lost_records(const history& all, const replica_records& x);

} // namespace troupe::lab
