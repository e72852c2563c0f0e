/// Frames: the batches of records that a log segment holds. docs/formats/shard-log.md has
/// the grammar.
///
/// A frame's crc is seeded with its segment's number, which is never reused: what a
/// recycled segment file still holds of its earlier life is never taken for a frame. The
/// crc of the frame before is in each header, so that a write that was lost or went
/// elsewhere breaks the chain though every frame that is there is whole.
#pragma once

#include "actors/base/bytes.hpp"
#include "storage/position.hpp"
#include "storage/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace troupe::storage {

using segment_number = strong<struct segment_number_tag, std::uint64_t>;

inline constexpr std::size_t frame_header_bytes = 48;

/// Frames begin at multiples of this, which is what lets a scan find those behind a bad
/// one.
inline constexpr std::size_t frame_alignment = 8;

/// Largest payload that is believed. A record of the largest value a door takes fits.
inline constexpr std::size_t frame_payload_bytes_max = std::size_t{1} << 30;

/// How much of a segment a frame takes: header, payload, padding.
[[nodiscard]] constexpr std::size_t frame_bytes(std::size_t payload_bytes) {
  return (frame_header_bytes + payload_bytes + frame_alignment - 1) / frame_alignment
         * frame_alignment;
}

struct frame_header {
  std::uint32_t payload_bytes = 0;
  std::uint32_t crc = 0;
  lsn first;
  std::uint32_t count = 0;
  epoch at;         ///< Of all records of the frame.
  epoch prev_epoch; ///< Of the record before `first`.
  std::uint32_t prev_crc = 0;
  lsn synced_hint; ///< Every record up to here was durable when this was written.

  [[nodiscard]] lsn last() const { return before(first + count); }
  [[nodiscard]] std::size_t bytes() const { return frame_bytes(payload_bytes); }
};

/// What a frame must continue.
struct chain_link {
  position end;
  std::uint32_t crc = 0;

  friend bool operator==(const chain_link&, const chain_link&) = default;
};

/// Appends to `out` the frame of `records` that follows `prev`, padded to the alignment,
/// and returns its own link.
/// @pre `records` are not empty, of one epoch, and follow `prev.end`.
chain_link encode_frame(
  byte_buffer& out, segment_number segment, const chain_link& prev, lsn synced_hint,
  std::span<const record_ptr> records);

/// The header of the frame at the beginning of `bytes`; none when there is no whole one:
/// length out of range, crc wrong for `segment`.
[[nodiscard]] std::optional<frame_header>
read_frame(byte_view bytes, segment_number segment);

/// Whether the frame continues `prev`.
[[nodiscard]] bool follows(const frame_header& x, const chain_link& prev);

/// The link that the frame leaves to its successor.
[[nodiscard]] inline chain_link link_of(const frame_header& x) {
  return {{x.at, x.last()}, x.crc};
}

/// The payload of the frame at the beginning of `bytes`.
[[nodiscard]] inline byte_view payload_of(byte_view bytes, const frame_header& x) {
  return bytes.subspan(frame_header_bytes, x.payload_bytes);
}

/// The crc that all crcs of a segment continue.
[[nodiscard]] std::uint32_t crc_seed(segment_number segment);

} // namespace troupe::storage
