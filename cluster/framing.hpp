/// Frames in a stream of bytes: `[u32 length LE][u32 crc32c LE][length bytes]`.
///
/// The crc covers the bytes behind it. The length is checked before anything is reserved
/// and the crc before anything is parsed, so that garbage costs nothing and a stranger
/// cannot make us allocate. docs/formats/link.md has the grammar.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace troupe::cluster {

inline constexpr std::size_t frame_header_bytes = 8;

/// Appends `body` to `out` as one frame.
/// @pre `body` is shorter than 4 GiB.
void append_frame(byte_buffer& out, std::string_view body);

/// Cuts a stream back into frames. After an error the stream is lost: close it.
class frame_reader {
public:
  /// `body_bytes_max` bounds what a peer can make this reader hold.
  explicit frame_reader(std::size_t body_bytes_max) : body_bytes_max_{body_bytes_max} {}

  /// Takes in the next bytes of the stream.
  void feed(byte_view bytes);

  /// The body of the next whole frame, valid until the next call of `feed` or `next`;
  /// nothing when more bytes are needed. Fails with ec::too_large or ec::malformed.
  [[nodiscard]] expected<std::optional<std::string_view>> next();

  /// True when no part of a frame is held.
  [[nodiscard]] bool empty() const { return begin_ == buffer_.size(); }

  /// Raises or lowers the bound for the frames to come.
  void limit(std::size_t body_bytes_max) { body_bytes_max_ = body_bytes_max; }

private:
  std::size_t body_bytes_max_;
  byte_buffer buffer_;
  std::size_t begin_ = 0; // Of the first byte not yet returned.
};

} // namespace troupe::cluster
