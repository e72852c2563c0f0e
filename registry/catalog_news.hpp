/// What a replica of the catalog on this node tells the registry.
#pragma once

#include "registry/sync.hpp"

#include <vector>

namespace troupe::registry {

/// Every entry that shard 0 changed in (from, to], oldest first.
struct catalog_delta {
  version from;
  version to;
  std::vector<entry> entries;

  friend bool operator==(const catalog_delta&, const catalog_delta&) = default;
};

/// All entries that shard 0 has at `at`, oldest first.
struct catalog_state {
  version at;
  std::vector<entry> entries;

  friend bool operator==(const catalog_state&, const catalog_state&) = default;
};

} // namespace troupe::registry
