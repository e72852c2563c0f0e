/// Which replicas hold a shard, and which shard holds a slot: what the catalog says.
///
/// Plain values. `catalog/placement_wire.hpp` makes bytes of them; the catalog keeps them
/// under the keys below, and every node's registry carries them.
#pragma once

#include "storage/log/replica_files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// What the first founder's configuration says of all shards; fixed at founding, and
/// carried in the charter.
struct storage_genesis {
  std::uint32_t shard_count = 4;   ///< Shards with slots; the catalog is one more.
  std::uint32_t replica_count = 3; ///< Of each shard.
  shard_timing timing;

  friend bool operator==(const storage_genesis&, const storage_genesis&) = default;
};

/// More shards cost a log, a store and Beats each, on every node that holds one.
inline constexpr auto shard_count_max = std::uint32_t{1'024};
inline constexpr auto replica_count_max = std::uint32_t{9};

/// None, or ec::invalid_config naming what is out of range.
[[nodiscard]] error validate(const storage_genesis& x);

/// Catalog key "placement/<shard>".
struct placement {
  shard_id shard;
  founding with; ///< What each of its members creates its replica with.

  friend bool operator==(const placement&, const placement&) = default;
};

/// Catalog key "slots": who owns what. Ownership itself is in the shards' own logs; this
/// is the hint that finds them.
struct slot_map {
  struct range {
    slot_range slots;
    shard_id shard;

    friend bool operator==(const range&, const range&) = default;
  };
  std::vector<range> ranges; ///< Ascending, and no slot twice.

  friend bool operator==(const slot_map&, const slot_map&) = default;
};

inline constexpr auto placement_prefix = "placement/";
inline constexpr auto slot_map_key = "slots";

[[nodiscard]] std::string placement_key(shard_id shard);

/// The shard whose placement is kept under `key`; none when it is no such key.
[[nodiscard]] std::optional<shard_id> shard_of_placement_key(std::string_view key);

/// Registry entry of kind shard_role, name `shard/<shard>`: its owner's replica became
/// master at `at`. The highest epoch is right; it is told once its first record is
/// committed.
struct shard_role_entry {
  shard_id shard;
  epoch at;
  replica_id replica;
  node_id node;
  troupe::incarnation incarnation;

  friend bool operator==(const shard_role_entry&, const shard_role_entry&) = default;
};

/// Name of the shard's registry entries, and of its replica's actor in each node's
/// directory: `shard/<shard>`.
[[nodiscard]] std::string shard_name(shard_id shard);

inline constexpr auto catalog_shard = shard_id{0};

/// The slot of all of the catalog's rows, which its group owns in its own log. The slot
/// map is about clients' keys and never names the catalog: this slot's keys are another
/// shard's.
inline constexpr auto catalog_slot = slot{0};

} // namespace troupe::storage
