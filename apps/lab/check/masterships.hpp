/// Which node was master of which shard in which epoch, by the nodes' own logs.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "apps/lab/check/violation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

struct mastership {
  std::uint64_t shard = 0;
  std::uint64_t epoch = 0;
  std::string node;
  duration from{};               ///< Of the clock of the logs, since 1970.
  std::optional<duration> until; ///< None: it never said that it gave up.

  bool operator==(const mastership&) const = default;
};

/// Those that `log`, which is `node`'s, tells of. What a killed node held ends when it
/// starts again. Lines that are not log lines are passed over.
[[nodiscard]] std::vector<mastership>
masterships_in(const std::string& log, const std::string& node);

/// Finds `one_master`: two nodes that were master of one shard in one epoch.
[[nodiscard]] violations check_masterships(const std::vector<mastership>& all);

} // namespace troupe::lab
