/// One file of a log: a header, then frames until zeros or leftovers.
///
/// Segments are written to full length when made, so that a sync of appended frames
/// changes no file length, and are recycled under a new number.
#pragma once

#include "actors/base/disk.hpp"
#include "storage/log/frame.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// The header has a sector of its own; frames begin behind it.
inline constexpr std::size_t segment_header_bytes = 512;

/// Where frames begin in a segment, one mark for each few KiB: finding a record reads one
/// such stretch at most.
struct frame_mark {
  lsn first;
  std::uint64_t offset = 0;
};

struct segment {
  segment_number number;
  chain_link base; ///< What the first frame continues.
  chain_link end;  ///< What the next frame will continue.
  std::uint64_t end_offset = segment_header_bytes;
  std::vector<frame_mark> marks;
  std::unique_ptr<disk_file> file;

  /// Notes a frame that stands at the end.
  void add(const frame_header& x);
};

/// "<number, 20 digits>.seg", so that names ascend as numbers do.
[[nodiscard]] std::string segment_name(segment_number number);

/// The number in a segment's or spare's file name; none when it is neither.
[[nodiscard]] std::optional<segment_number> number_of(const std::string& name);
[[nodiscard]] bool is_segment(const std::string& name);
[[nodiscard]] bool is_spare(const std::string& name);

/// The name under which a segment that was let go waits to be recycled.
[[nodiscard]] std::string spare_name(segment_number number);

[[nodiscard]] byte_buffer
encode_segment_header(segment_number number, const chain_link& base);

/// The base in the header at the beginning of `bytes`; none when it is not a whole header
/// of `number`.
[[nodiscard]] std::optional<chain_link>
read_segment_header(byte_view bytes, segment_number number);

/// What a scan of a segment's bytes found.
struct segment_scan {
  std::optional<chain_link> base; ///< None: the header is bad, and nothing else is said.
  std::vector<frame_header> frames;
  chain_link end;
  std::uint64_t end_offset = segment_header_bytes;

  /// The largest synced_hint of all whole frames, those behind a bad one included.
  lsn synced_hint;

  /// Where the last whole frame ends; larger than `end_offset` when some stand behind a
  /// bad one.
  std::uint64_t whole_until = segment_header_bytes;
};

/// Reads frames until the first that is bad or does not continue the one before; looks
/// behind it only for hints.
/// Cost: linear, but for leftovers that look like headers.
[[nodiscard]] segment_scan scan_segment(byte_view bytes, segment_number number);

} // namespace troupe::storage
