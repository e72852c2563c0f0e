#include "storage/log/segment.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace troupe::storage {

namespace {

constexpr auto magic = std::string_view{"troupelg"};
constexpr auto segment_format = std::uint32_t{1};
constexpr auto mark_spacing_bytes = std::uint64_t{4096};
constexpr auto digits = std::size_t{20};

// Offsets of the header's fields; crc at 12 covers all others.
constexpr auto header_at_version = std::size_t{8};
constexpr auto header_at_crc = std::size_t{12};
constexpr auto header_at_number = std::size_t{16};
constexpr auto header_at_epoch = std::size_t{24};
constexpr auto header_at_lsn = std::size_t{32};
constexpr auto header_at_prev_crc = std::size_t{40};
constexpr auto header_used_bytes = std::size_t{44};

std::uint32_t header_crc(byte_view header, segment_number number) {
  auto start = crc32c(header.first(header_at_crc), crc_seed(number));
  return crc32c(
    header.subspan(header_at_number, header_used_bytes - header_at_number), start);
}

std::string name_with(segment_number number, std::string_view ending) {
  auto text = to_string(number);
  return std::string(digits - text.size(), '0').append(text).append(ending);
}

constexpr auto segment_ending = std::string_view{".seg"};
constexpr auto spare_ending = std::string_view{".spare"};

} // namespace

void segment::add(const frame_header& x) {
  if (marks.empty() || end_offset - marks.back().offset >= mark_spacing_bytes)
    marks.push_back({x.first, end_offset});
  end = link_of(x);
  end_offset += x.bytes();
}

std::string segment_name(segment_number number) {
  return name_with(number, segment_ending);
}

std::string spare_name(segment_number number) { return name_with(number, spare_ending); }

bool is_segment(const std::string& name) {
  return name.ends_with(segment_ending) && number_of(name);
}

bool is_spare(const std::string& name) {
  return name.ends_with(spare_ending) && number_of(name);
}

std::optional<segment_number> number_of(const std::string& name) {
  auto value = segment_number::rep{};
  const auto* begin = name.data();
  auto [end, problem] = std::from_chars(begin, begin + name.size(), value);
  if (problem != std::errc{} || end != begin + digits)
    return std::nullopt;
  return segment_number{value};
}

byte_buffer encode_segment_header(segment_number number, const chain_link& base) {
  auto result = byte_buffer(segment_header_bytes);
  auto* out = result.data();
  std::ranges::copy(as_bytes(magic), out);
  store_u32(out + header_at_version, segment_format);
  store_u64(out + header_at_number, number.value());
  store_u64(out + header_at_epoch, base.end.at.value());
  store_u64(out + header_at_lsn, base.end.seq.value());
  store_u32(out + header_at_prev_crc, base.crc);
  store_u32(out + header_at_crc, header_crc(result, number));
  return result;
}

std::optional<chain_link> read_segment_header(byte_view bytes, segment_number number) {
  if (bytes.size() < segment_header_bytes || as_text(bytes.first(magic.size())) != magic)
    return std::nullopt;
  const auto* in = bytes.data();
  if (
    load_u32(in + header_at_version) != segment_format
    || load_u64(in + header_at_number) != number.value()
    || load_u32(in + header_at_crc) != header_crc(bytes, number))
    return std::nullopt;
  auto end
    = position{epoch{load_u64(in + header_at_epoch)}, lsn{load_u64(in + header_at_lsn)}};
  return chain_link{end, load_u32(in + header_at_prev_crc)};
}

segment_scan scan_segment(byte_view bytes, segment_number number) {
  auto result = segment_scan{};
  result.base = read_segment_header(bytes, number);
  if (result.base)
    result.end = *result.base;
  auto whole = result.base.has_value();
  auto offset = segment_header_bytes;
  while (offset + frame_header_bytes <= bytes.size()) {
    auto frame = read_frame(bytes.subspan(offset), number);
    whole = whole && frame && follows(*frame, result.end);
    if (frame) {
      result.synced_hint = std::max(result.synced_hint, frame->synced_hint);
      result.whole_until = offset + frame->bytes();
    }
    if (whole) {
      result.end = link_of(*frame);
      result.end_offset = offset + frame->bytes();
      result.frames.push_back(*frame);
    }
    offset += frame ? frame->bytes() : frame_alignment;
  }
  return result;
}

} // namespace troupe::storage
