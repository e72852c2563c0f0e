/// Records and small files to protobuf bytes and back.
///
/// Decoding trusts nothing: bytes that are no protobuf, enum values out of range, ids of
/// the wrong length fail with `ec::malformed`. docs/formats/shard-log.md frames the
/// bytes.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"
#include "storage/hard_state.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace troupe::storage {

/// Appends to `out` the batch of `records`. Their positions are left to the frame.
void encode_batch(std::span<const record_ptr> records, byte_buffer& out);

/// Reads a batch whose first record is `first` and whose records are all of its epoch.
[[nodiscard]] expected<std::vector<record_ptr>>
decode_batch(byte_view bytes, position first);

/// One record with its position.
[[nodiscard]] byte_buffer encode_record(const record& x);
[[nodiscard]] expected<record_ptr> decode_record(byte_view bytes);

/// One slot of the file HARD.
struct hard_slot {
  hard_state state;
  lsn synced_hint;              ///< All up to here was durable when this was written.
  std::uint64_t generation = 0; ///< The larger of the two slots is the valid one.

  friend bool operator==(const hard_slot&, const hard_slot&) = default;
};

[[nodiscard]] byte_buffer encode(const hard_slot& x);
[[nodiscard]] expected<hard_slot> decode_hard_slot(byte_view bytes);

[[nodiscard]] byte_buffer encode(const identity& x);
[[nodiscard]] expected<identity> decode_identity(byte_view bytes);

/// A line of the node's file REPLICAS.
struct replica_entry {
  shard_id shard;
  replica_id replica;
  bool created = false; ///< False while its directory is being made.

  friend bool operator==(const replica_entry&, const replica_entry&) = default;
};

[[nodiscard]] byte_buffer encode(std::span<const replica_entry> x);
[[nodiscard]] expected<std::vector<replica_entry>> decode_replicas(byte_view bytes);

} // namespace troupe::storage
