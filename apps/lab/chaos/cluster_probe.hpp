/// What the nodes of a run say of their shards.
#pragma once

#include "actors/base/error.hpp"
#include "apps/local/layout.hpp"
#include "apps/node/admin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

/// All shards, from the first of `nodes` that answers. Fails with what the last of them
/// said.
[[nodiscard]] expected<apps::shards_reply>
ask_shards(const std::vector<apps::local_node>& nodes);

/// The name of the node that is master of `shard`, or nothing while none is known.
[[nodiscard]] std::optional<std::string>
find_master(const std::vector<apps::local_node>& nodes, std::uint64_t shard);

} // namespace troupe::lab
