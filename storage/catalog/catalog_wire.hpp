/// The catalog's commands and replies, to bytes and back, and as requests to a replica of
/// shard 0.
///
/// Decoding trusts nothing and fails with ec::malformed.
/// docs/formats/catalog.md has the rules.
#pragma once

#include "actors/base/error.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/data.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::storage {

[[nodiscard]] command encode(const catalog_command& x);
[[nodiscard]] expected<catalog_command> decode_catalog_command(const command& x);

[[nodiscard]] std::string encode(const catalog_reply& x);
[[nodiscard]] expected<catalog_reply> decode_catalog_reply(std::string_view bytes);

/// A put or delete as `data_request::what`; the request goes to `catalog_slot`. Its
/// answer's position is the version that a put has given its entry; an answer from
/// memory, to a repeated request, has none.
[[nodiscard]] data_write write_of(
  const catalog_command& x, const request_id& request, std::uint64_t answered_below);

/// A get, list or history as `data_request::what`; the request goes to `catalog_slot`.
[[nodiscard]] data_read
read_of(const catalog_command& x, read_level level = read_level::lease);

} // namespace troupe::storage
