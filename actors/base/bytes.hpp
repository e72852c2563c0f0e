/// Byte buffers, little-endian integers and checksums: what wire and disk formats share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

using byte_buffer = std::vector<std::byte>;
using byte_view = std::span<const std::byte>;

[[nodiscard]] inline byte_view as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

[[nodiscard]] inline std::string_view as_text(byte_view bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(byte_buffer& out, byte_view bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// CRC-32C (Castagnoli) of `bytes`, continued from `seed` (the result for the bytes
/// before). Source: RFC 3720, appendix B.4; computed by isa-l's `crc32_iscsi`.
[[nodiscard]] std::uint32_t crc32c(byte_view bytes, std::uint32_t seed = 0);

/// Writes `x` at `out`, least significant byte first.
/// @pre `out` has at least `sizeof(x)` bytes.
void store_u32(std::byte* out, std::uint32_t x);
void store_u64(std::byte* out, std::uint64_t x);

/// Reads what `store_u32` and `store_u64` wrote.
/// @pre `in` has at least as many bytes as the result.
[[nodiscard]] std::uint32_t load_u32(const std::byte* in);
[[nodiscard]] std::uint64_t load_u64(const std::byte* in);

} // namespace troupe
