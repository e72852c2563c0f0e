/// Which slot a key belongs to, as Redis Cluster's clients compute it.
///
/// Source: Redis Cluster specification, "Key distribution model" and "Hash tags".
#pragma once

#include "storage/record.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::router {

/// CRC-16 with polynomial 0x1021 and initial value 0, not reflected (XMODEM).
[[nodiscard]] std::uint16_t crc16(std::string_view bytes);

/// The slot of the key's hash tag: what stands between its first "{" and the next "}",
/// when that is not empty; the whole key otherwise. Keys with one tag share a slot.
[[nodiscard]] slot key_slot(std::string_view key);

} // namespace troupe::router
