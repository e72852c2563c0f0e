/// Small checked blocks: `[u32 length LE][u32 crc32c][bytes]`, the crc over length and
/// bytes. HARD, IDENT, REPLICAS and lost+found are made of them
/// (docs/formats/shard-log.md).
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"

#include <cstddef>

namespace troupe::storage {

inline constexpr std::size_t block_header_bytes = 8;

/// `bytes` behind their header.
[[nodiscard]] byte_buffer seal(byte_view bytes);

/// The bytes that `seal` was given, from a buffer that may be longer. Fails with
/// `ec::corrupt` when length or crc are wrong.
[[nodiscard]] expected<byte_view> unseal(byte_view block);

} // namespace troupe::storage
