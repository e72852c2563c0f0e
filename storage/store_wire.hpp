/// The values of a store's own rows, to protobuf bytes and back. docs/formats/store.md.
///
/// Decoding fails with `ec::corrupt`: what stands in a store was whole when it was
/// written.
#pragma once

#include "actors/base/error.hpp"
#include "storage/dedup.hpp"
#include "storage/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// The row that says how far the store is; it names the format, too.
[[nodiscard]] std::string encode_applied(const position& x);

/// Fails with `ec::version_mismatch` when a later version wrote the store.
[[nodiscard]] expected<position> decode_applied(std::string_view bytes);

[[nodiscard]] std::string encode_config(const shard_config& x);
[[nodiscard]] expected<shard_config> decode_config(std::string_view bytes);

[[nodiscard]] std::string encode_slots(const std::vector<slot_range>& x);
[[nodiscard]] expected<std::vector<slot_range>> decode_slots(std::string_view bytes);

[[nodiscard]] std::string encode_client(const client_row& x);
[[nodiscard]] expected<client_row> decode_client(std::string_view bytes);

[[nodiscard]] std::string encode_node(const node_row& x);
[[nodiscard]] expected<node_row> decode_node(std::string_view bytes);

} // namespace troupe::storage
