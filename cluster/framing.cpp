#include "cluster/framing.hpp"

#include "actors/base/assert.hpp"

#include <limits>
#include <string>

namespace troupe::cluster {

void append_frame(byte_buffer& out, std::string_view body) {
  TROUPE_ASSERT(body.size() <= std::numeric_limits<std::uint32_t>::max());
  auto at = out.size();
  out.resize(at + frame_header_bytes);
  store_u32(out.data() + at, static_cast<std::uint32_t>(body.size()));
  store_u32(out.data() + at + 4, crc32c(as_bytes(body)));
  append(out, as_bytes(body));
}

void frame_reader::feed(byte_view bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  append(buffer_, bytes);
}

expected<std::optional<std::string_view>> frame_reader::next() {
  auto held = byte_view{buffer_}.subspan(begin_);
  if (held.size() < frame_header_bytes)
    return std::optional<std::string_view>{};
  auto length = std::size_t{load_u32(held.data())};
  if (length > body_bytes_max_)
    return fail(
      ec::too_large, "a frame of " + std::to_string(length)
                       + " bytes is above the limit of " + std::to_string(body_bytes_max_)
                       + "; is this a troupe node or shell?");
  if (held.size() < frame_header_bytes + length)
    return std::optional<std::string_view>{};
  auto body = held.subspan(frame_header_bytes, length);
  if (crc32c(body) != load_u32(held.data() + 4))
    return fail(ec::malformed, "a frame's checksum is wrong; the stream is damaged");
  begin_ += frame_header_bytes + length;
  return std::optional{as_text(body)};
}

} // namespace troupe::cluster
