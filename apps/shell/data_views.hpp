/// Shows what a node says of shards and of data: each as JSON and as a table. Pure.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/admin.hpp"
#include "apps/shell/answer.hpp"

#include <optional>
#include <string>

namespace troupe::apps::shell {

/// All shards with their replicas, or the shard `number` alone when it is not empty.
[[nodiscard]] answer view_shards(const shards_reply& x, const std::string& number);

/// Which shard, on which master, owns which slots; with a slot, the range that holds it.
[[nodiscard]] answer view_slots(const shards_reply& x, const std::optional<slot>& only);

/// What Redis would have answered. Fails when that is an error: with ec::unreachable for
/// CLUSTERDOWN, ec::busy for TRYAGAIN, ec::deadline_exceeded for UNKNOWN (it may have
/// happened), ec::invalid_argument for all others; and with ec::malformed when it is no
/// reply.
[[nodiscard]] expected<answer> view_data(const data_reply& x);

} // namespace troupe::apps::shell
