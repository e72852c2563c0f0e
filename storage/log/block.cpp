#include "storage/log/block.hpp"

namespace troupe::storage {

namespace {

std::uint32_t crc_of(byte_view length, byte_view bytes) {
  return crc32c(bytes, crc32c(length));
}

} // namespace

byte_buffer seal(byte_view bytes) {
  auto result = byte_buffer(block_header_bytes);
  store_u32(result.data(), static_cast<std::uint32_t>(bytes.size()));
  store_u32(result.data() + 4, crc_of(byte_view{result}.first(4), bytes));
  append(result, bytes);
  return result;
}

expected<byte_view> unseal(byte_view block) {
  if (block.size() < block_header_bytes)
    return fail(ec::corrupt, "a block is shorter than its header");
  auto length = load_u32(block.data());
  if (length > block.size() - block_header_bytes)
    return fail(ec::corrupt, "a block is longer than its file");
  auto bytes = block.subspan(block_header_bytes, length);
  if (crc_of(block.first(4), bytes) != load_u32(block.data() + 4))
    return fail(ec::corrupt, "a block's checksum is wrong");
  return bytes;
}

} // namespace troupe::storage
