/// How a store's rows become ordered keys and values: the one place that knows a byte of
/// them. docs/formats/store.md describes them.
///
///     data  [u16 slot BE][u8 1][key]                = [u8 type][u64 version LE]
///                                                     [u64 expire_at_ms LE][bytes]
///     own   [u16 0xffff][u8 kind][...]              = a protobuf message
///
/// A slot's rows stand together, in the order of their keys' bytes, so that they can be
/// scanned, counted and dropped as one range. The store's own rows stand behind all.
#pragma once

#include "storage/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::storage {

inline constexpr std::size_t row_key_prefix_bytes = 3;
inline constexpr std::size_t row_header_bytes = 17;

/// What the store keeps beside the rows of its slots. The values are on disk.
enum class own_row : std::uint8_t {
  applied = 1, ///< The position, and the format's version.
  config = 2,  ///< The last CONFIG record.
  slots = 3,   ///< The slots owned.
  client = 4,  ///< Of the deduplication table, one for each client.
  node = 5,    ///< Of the deduplication table, one for each node.
};

/// What the keys of all rows of a slot begin with, and no other.
[[nodiscard]] std::string row_prefix(slot in);

/// The least key behind all rows of a slot.
[[nodiscard]] std::string row_end(slot in);

[[nodiscard]] std::string row_key(slot in, std::string_view key);

/// The key within its slot.
/// @pre `stored` begins with a `row_prefix`.
[[nodiscard]] inline std::string_view key_in_slot(std::string_view stored) {
  return stored.substr(row_key_prefix_bytes);
}

/// The first part of a row's value; its bytes follow.
[[nodiscard]] std::array<char, row_header_bytes> row_header(const row& x);

/// Returns false when `stored` is too short for a row.
[[nodiscard]] bool read_row(std::string_view stored, row& out);

/// The key of the one row of its kind, and the prefix of all rows of a kind.
[[nodiscard]] std::string own_key(own_row kind);
[[nodiscard]] std::string own_key(const client_id& client);
[[nodiscard]] std::string own_key(const node_id& node);

/// Read what the two above wrote; false on anything else.
[[nodiscard]] bool read_own_key(std::string_view stored, client_id& out);
[[nodiscard]] bool read_own_key(std::string_view stored, node_id& out);

} // namespace troupe::storage
