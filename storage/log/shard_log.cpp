#include "storage/log/shard_log.hpp"

#include "actors/base/assert.hpp"
#include "storage/storage_wire.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

/// Writes zeros over [from, to), in pieces that need no large buffer.
error write_zeros(disk_file& file, std::uint64_t from, std::uint64_t to) {
  constexpr auto piece_bytes = std::uint64_t{1} << 20;
  auto zeros = byte_buffer(static_cast<std::size_t>(std::min(piece_bytes, to - from)));
  while (from < to) {
    auto length = std::min<std::uint64_t>(zeros.size(), to - from);
    if (
      auto trouble
      = file.write(from, byte_view{zeros}.first(static_cast<std::size_t>(length))))
      return trouble;
    from += length;
  }
  return {};
}

/// The longest run of `records` that one frame may hold: one epoch, up to `bytes_max`.
std::size_t run_length(std::span<const record_ptr> records, std::size_t bytes_max) {
  auto bytes = std::size_t{0};
  for (std::size_t i = 0; i < records.size(); ++i) {
    bytes += bytes_of(*records[i]);
    if (i > 0 && (bytes > bytes_max || records[i]->at.at != records[0]->at.at))
      return i;
  }
  return records.size();
}

} // namespace

error shard_log::create(
  disk& files, const std::string& directory, const shard_log_config& config) {
  auto log = shard_log{files, directory, config};
  if (auto trouble = log.roll())
    return trouble;
  return log.sync();
}

expected<std::unique_ptr<shard_log>> shard_log::open(
  disk& files, std::string directory, const shard_log_config& config, lsn synced_hint) {
  auto result
    = std::unique_ptr<shard_log>{new shard_log{files, std::move(directory), config}};
  if (auto trouble = result->recover(synced_hint))
    return trouble;
  return result;
}

error shard_log::append(std::span<const record_ptr> records) {
  while (!records.empty()) {
    auto count = run_length(records, config_.frame_bytes);
    if (auto trouble = append_frame(records.first(count)))
      return trouble;
    records = records.subspan(count);
  }
  return {};
}

error shard_log::append_frame(std::span<const record_ptr> records) {
  auto encode = [&] {
    auto bytes = byte_buffer{};
    encode_frame(bytes, segments_.back().number, segments_.back().end, durable_, records);
    return bytes;
  };
  auto bytes = encode();
  auto full = segments_.back().end_offset + bytes.size() > config_.segment_bytes;
  if (full && !segments_.back().marks.empty()) {
    if (auto trouble = roll())
      return trouble;
    bytes = encode(); // Again: the crc is seeded with the segment's number.
  }
  auto& newest = segments_.back();
  if (auto trouble = newest.file->write(newest.end_offset, bytes))
    return trouble;
  dirty_count_ = std::max<std::size_t>(dirty_count_, 1);
  newest.add(*read_frame(bytes, newest.number));
  history_.append(newest.end.end);
  return {};
}

error shard_log::roll() {
  auto made = segment{};
  made.number = next_number_;
  if (!segments_.empty())
    made.base = segments_.back().end;
  made.end = made.base;
  auto file = make_file(made.number);
  if (!file)
    return std::move(file.error());
  made.file = std::move(*file);
  if (auto trouble = made.file->write(0, encode_segment_header(made.number, made.base)))
    return trouble;
  next_number_ = next_number_.next();
  segments_.push_back(std::move(made));
  ++dirty_count_;
  names_dirty_ = true;
  return {};
}

expected<std::unique_ptr<disk_file>> shard_log::make_file(segment_number number) {
  auto path = path_of(segment_name(number));
  if (!spares_.empty()) {
    if (auto trouble = files_->rename(path_of(spare_name(spares_.back())), path))
      return trouble;
    spares_.pop_back();
    return files_->open(path);
  }
  auto file = files_->create(path);
  if (!file)
    return file;
  if (auto trouble = write_zeros(**file, 0, config_.segment_bytes))
    return trouble;
  return file;
}

error shard_log::sync() {
  auto end = history_.end().seq;
  for (auto i = segments_.end() - static_cast<std::ptrdiff_t>(dirty_count_);
       i != segments_.end(); ++i) {
    if (auto trouble = i->file->sync())
      return trouble;
  }
  dirty_count_ = 0;
  if (names_dirty_) {
    if (auto trouble = files_->sync_directory(directory_))
      return trouble;
    names_dirty_ = false;
  }
  durable_ = end;
  return {};
}

error shard_log::retire(segment_number number) {
  auto path = path_of(segment_name(number));
  if (spares_.size() >= config_.spare_count_max)
    return files_->remove(path);
  if (auto trouble = files_->rename(path, path_of(spare_name(number))))
    return trouble;
  spares_.push_back(number);
  return {};
}

error shard_log::release(lsn last) {
  auto released = false;
  while (segments_.size() > 1 && segments_[1].base.end.seq <= last) {
    if (auto trouble = retire(segments_.front().number))
      return trouble;
    segments_.pop_front();
    released = true;
  }
  if (!released)
    return {};
  dirty_count_ = std::min(dirty_count_, segments_.size());
  history_.release_to(segments_.front().base.end.seq);
  // Before a spare is written to: else a power cut could give the old name back to a file
  // with the new contents.
  return files_->sync_directory(directory_);
}

error shard_log::truncate_after(lsn last) {
  TROUPE_ASSERT(base().seq <= last && last <= end().seq);
  if (auto trouble = sync())
    return trouble;
  if (last == end().seq)
    return {};
  // Newest first, and durably before the cut in the segment that stays: at no moment does
  // a hole stand before a frame whose hint says that the missing records were durable.
  while (segments_.size() > 1 && segments_.back().base.end.seq >= last) {
    if (auto trouble = retire(segments_.back().number))
      return trouble;
    segments_.pop_back();
  }
  if (auto trouble = files_->sync_directory(directory_))
    return trouble;
  if (last < segments_.back().end.end.seq) {
    if (auto trouble = rewrite_newest(last))
      return trouble;
  }
  history_.truncate_after(last);
  durable_ = last;
  return {};
}

expected<byte_buffer>
shard_log::bytes_of(const segment& x, std::uint64_t bytes_max) const {
  auto size = x.file->size();
  if (!size)
    return std::move(size.error());
  auto result = byte_buffer(static_cast<std::size_t>(std::min(*size, bytes_max)));
  auto got = x.file->read(0, result);
  if (!got)
    return std::move(got.error());
  result.resize(*got);
  return result;
}

// By a copy and a rename: the cut may fall inside a frame, whose first records must not
// be lost when the power fails between the cut and their second writing.
error shard_log::rewrite_newest(lsn last) {
  auto& newest = segments_.back();
  auto bytes = bytes_of(newest, newest.end_offset);
  if (!bytes)
    return std::move(bytes.error());
  auto kept = segment{};
  kept.number = newest.number;
  kept.base = kept.end = newest.base;
  auto out = byte_buffer{bytes->begin(), bytes->begin() + segment_header_bytes};
  for (auto offset = segment_header_bytes; kept.end.end.seq < last;) {
    auto rest = byte_view{*bytes}.subspan(offset);
    auto frame = read_frame(rest, kept.number);
    if (!frame)
      return unreadable(kept.number);
    if (frame->last() <= last) {
      troupe::append(out, rest.first(frame->bytes()));
    } else {
      auto records = decode_batch(payload_of(rest, *frame), {frame->at, frame->first});
      if (!records)
        return std::move(records.error());
      auto count = last.value() - kept.end.end.seq.value();
      encode_frame(
        out, kept.number, kept.end, frame->synced_hint,
        std::span{*records}.first(static_cast<std::size_t>(count)));
    }
    kept.add(*read_frame(
      byte_view{out}.subspan(static_cast<std::size_t>(kept.end_offset)), kept.number));
    offset += frame->bytes();
  }
  auto path = path_of(segment_name(kept.number));
  out.resize(std::max(out.size(), static_cast<std::size_t>(config_.segment_bytes)));
  if (auto trouble = replace_file(*files_, path, out))
    return trouble;
  auto file = files_->open(path);
  if (!file)
    return std::move(file.error());
  kept.file = std::move(*file);
  newest = std::move(kept);
  return {};
}

expected<byte_buffer> shard_log::frame_at(const segment& in, std::uint64_t offset) const {
  auto bytes = byte_buffer(frame_header_bytes);
  auto got = in.file->read(offset, bytes);
  if (!got)
    return std::move(got.error());
  auto rest = static_cast<std::size_t>(in.end_offset - offset);
  bytes.resize(std::min(rest, frame_bytes(load_u32(bytes.data()))));
  got = in.file->read(offset, bytes);
  if (!got)
    return std::move(got.error());
  if (!read_frame(bytes, in.number))
    return unreadable(in.number);
  return bytes;
}

error shard_log::unreadable(segment_number number) const {
  return fail(ec::corrupt, path_of(segment_name(number)) + " has become unreadable");
}

expected<std::vector<record_ptr>>
shard_log::read(lsn first, std::size_t bytes_max) const {
  if (first <= base().seq || first > end().seq)
    return fail(ec::not_found, directory_ + " does not hold record " + to_string(first));
  auto in = std::prev(std::ranges::partition_point(
    segments_, [first](const segment& x) { return x.base.end.seq < first; }));
  auto mark
    = std::prev(std::ranges::upper_bound(in->marks, first, {}, &frame_mark::first));
  auto result = std::vector<record_ptr>{};
  auto total = std::size_t{0};
  for (auto offset = mark->offset; offset < in->end_offset && total < bytes_max;) {
    auto bytes = frame_at(*in, offset);
    if (!bytes)
      return std::move(bytes.error());
    auto frame = *read_frame(*bytes, in->number);
    offset += frame.bytes();
    if (frame.last() < first)
      continue;
    auto records = decode_batch(payload_of(*bytes, frame), {frame.at, frame.first});
    if (!records)
      return std::move(records.error());
    for (auto& x : *records) {
      if (x->at.seq < first || total >= bytes_max)
        continue;
      total += storage::bytes_of(*x);
      result.push_back(std::move(x));
    }
  }
  return result;
}

} // namespace troupe::storage
