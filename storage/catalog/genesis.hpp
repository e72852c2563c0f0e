/// How shard 0, the catalog, begins: from the charter alone, the same on every founder.
///
/// Source: docs/decisions/0004.
#pragma once

#include "actors/base/error.hpp"
#include "cluster/founding.hpp"
#include "storage/placement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// What the cluster was founded with. Fails with ec::malformed when the charter's
/// settings are not such.
[[nodiscard]] expected<storage_genesis> genesis_of(const cluster::charter& x);

/// What each founder creates its replica of shard 0 with: the charter's founders in their
/// order as voters, replica 1 on the first of them. Equal charters give equal bytes.
/// Fails as `genesis_of`.
[[nodiscard]] expected<founding> founding_of(const cluster::charter& x);

/// Which replica of shard 0 lives on `node`; none when it is no founder.
[[nodiscard]] std::optional<replica_id>
founding_replica(const cluster::charter& x, const node_id& node);

/// A setting whose value in this node's configuration is not the cluster's.
struct genesis_difference {
  std::string key;    ///< As in the configuration: `storage.beat`.
  std::string here;   ///< The node's, which is ignored.
  std::string agreed; ///< The cluster's, which holds.

  friend bool operator==(const genesis_difference&, const genesis_difference&) = default;
};

[[nodiscard]] std::vector<genesis_difference>
differences(const storage_genesis& here, const storage_genesis& agreed);

} // namespace troupe::storage
