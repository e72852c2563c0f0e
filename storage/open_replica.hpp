/// From a replica's directory to what its actor starts with.
#pragma once

#include "storage/log/replica_files.hpp"
#include "storage/replica/replica.hpp"
#include "storage/store.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::storage {

struct opened_replica {
  recovered found;
  std::shared_ptr<replica_files> files; ///< Null when they are damaged.
  std::shared_ptr<store> rows;          ///< An empty one when something is damaged.
};

/// Opens, or makes, the store of the replica whose directory this is.
using store_opener
  = std::function<expected<std::shared_ptr<store>>(const std::string& directory)>;

/// Reads what a start needs: hard state, history, applied state, and the records that are
/// to be applied again. Blocks. Damage is a result, in `found.damage`: the replica starts
/// quarantined. Fails with `ec::not_found` when the replica was not created here, and
/// with `ec::system` when the operating system refuses.
[[nodiscard]] expected<opened_replica> open_replica(
  disk& files, const std::string& shards_directory, const identity& who,
  const shard_log_config& config, const store_opener& open_store);

/// What a replica starts with that is damaged, and why: it takes part in nothing.
[[nodiscard]] opened_replica damaged_replica(const error& why);

} // namespace troupe::storage
