/// What founding and the catalog say of shards, to bytes and back.
///
/// Decoding trusts nothing: it fails with ec::malformed on what no encoder of this or a
/// later version has written, and on values that `validate` refuses.
/// docs/formats/catalog.md has the rules.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"
#include "storage/placement.hpp"

#include <string>

namespace troupe::storage {

/// The charter's settings.
[[nodiscard]] std::string encode(const storage_genesis& x);
[[nodiscard]] expected<storage_genesis> decode_genesis(byte_view bytes);

/// The value of "placement/<shard>" in the catalog.
[[nodiscard]] std::string encode(const placement& x);
[[nodiscard]] expected<placement> decode_placement(byte_view bytes);

/// The value of "slots" in the catalog. Its ranges ascend and do not overlap.
[[nodiscard]] std::string encode(const slot_map& x);
[[nodiscard]] expected<slot_map> decode_slot_map(byte_view bytes);

/// The value of a registry entry of kind shard_role.
[[nodiscard]] byte_buffer encode(const shard_role_entry& x);
[[nodiscard]] expected<shard_role_entry> decode_shard_role(byte_view bytes);

} // namespace troupe::storage
