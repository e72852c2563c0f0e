#include "storage/log/frame.hpp"

#include "actors/base/assert.hpp"
#include "storage/storage_wire.hpp"

#include <array>

namespace troupe::storage {

namespace {

// Offsets of the header's fields.
constexpr auto at_payload_bytes = std::size_t{0};
constexpr auto at_crc = std::size_t{4};
constexpr auto at_first = std::size_t{8};
constexpr auto at_epoch = std::size_t{16};
constexpr auto at_prev_epoch = std::size_t{24};
constexpr auto at_synced_hint = std::size_t{32};
constexpr auto at_count = std::size_t{40};
constexpr auto at_prev_crc = std::size_t{44};

/// Over all but the crc field.
std::uint32_t crc_of(byte_view frame, segment_number segment) {
  auto length = crc32c(frame.first(at_crc), crc_seed(segment));
  return crc32c(frame.subspan(at_first), length);
}

} // namespace

std::uint32_t crc_seed(segment_number segment) {
  auto bytes = std::array<std::byte, 8>{};
  store_u64(bytes.data(), segment.value());
  return crc32c(bytes);
}

chain_link encode_frame(
  byte_buffer& out, segment_number segment, const chain_link& prev, lsn synced_hint,
  std::span<const record_ptr> records) {
  TROUPE_ASSERT(!records.empty());
  TROUPE_ASSERT(records.front()->at.seq == prev.end.seq.next());
  TROUPE_ASSERT(records.front()->at.at == records.back()->at.at);
  TROUPE_ASSERT(records.back()->at.seq == prev.end.seq + records.size());
  auto begin = out.size();
  out.resize(begin + frame_header_bytes);
  encode_batch(records, out);
  auto frame = std::span{out}.subspan(begin);
  auto payload_bytes = frame.size() - frame_header_bytes;
  TROUPE_ASSERT(payload_bytes <= frame_payload_bytes_max);
  auto* header = frame.data();
  store_u32(header + at_payload_bytes, static_cast<std::uint32_t>(payload_bytes));
  store_u64(header + at_first, records.front()->at.seq.value());
  store_u64(header + at_epoch, records.front()->at.at.value());
  store_u64(header + at_prev_epoch, prev.end.at.value());
  store_u64(header + at_synced_hint, synced_hint.value());
  store_u32(header + at_count, static_cast<std::uint32_t>(records.size()));
  store_u32(header + at_prev_crc, prev.crc);
  auto crc = crc_of(frame, segment);
  store_u32(header + at_crc, crc);
  out.resize(begin + frame_bytes(payload_bytes));
  return {records.back()->at, crc};
}

std::optional<frame_header> read_frame(byte_view bytes, segment_number segment) {
  if (bytes.size() < frame_header_bytes)
    return std::nullopt;
  const auto* in = bytes.data();
  auto result = frame_header{};
  result.payload_bytes = load_u32(in + at_payload_bytes);
  result.count = load_u32(in + at_count);
  if (
    result.count == 0 || result.payload_bytes > frame_payload_bytes_max
    || result.bytes() > bytes.size())
    return std::nullopt;
  result.crc = load_u32(in + at_crc);
  if (
    crc_of(bytes.first(frame_header_bytes + result.payload_bytes), segment) != result.crc)
    return std::nullopt;
  result.first = lsn{load_u64(in + at_first)};
  result.at = epoch{load_u64(in + at_epoch)};
  result.prev_epoch = epoch{load_u64(in + at_prev_epoch)};
  result.synced_hint = lsn{load_u64(in + at_synced_hint)};
  result.prev_crc = load_u32(in + at_prev_crc);
  return result;
}

bool follows(const frame_header& x, const chain_link& prev) {
  return x.first == prev.end.seq.next() && x.prev_epoch == prev.end.at
         && x.prev_crc == prev.crc && x.at >= prev.end.at;
}

} // namespace troupe::storage
