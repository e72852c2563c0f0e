// What a start finds: where the log ends, and whether what is missing was ever durable.

#include "storage/log/shard_log.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

struct directory_contents {
  std::vector<segment_number> segments; ///< Ascending, as their names are.
  std::vector<segment_number> spares;
  std::vector<std::string> leftovers; ///< Files of an unfinished `replace_file`.
};

directory_contents sort_out(const std::vector<std::string>& names) {
  auto result = directory_contents{};
  for (const auto& name : names) {
    if (is_segment(name))
      result.segments.push_back(*number_of(name));
    else if (is_spare(name))
      result.spares.push_back(*number_of(name));
    else
      result.leftovers.push_back(name);
  }
  return result;
}

} // namespace

error shard_log::recover(lsn synced_hint) {
  auto names = files_->list(directory_);
  if (!names)
    return std::move(names.error());
  auto found = sort_out(*names);
  for (const auto& name : found.leftovers) {
    if (auto trouble = files_->remove(path_of(name)))
      return trouble;
  }
  spares_ = std::move(found.spares);
  for (auto number : spares_)
    next_number_ = std::max(next_number_, number.next());

  auto rest = std::vector<segment_number>{};
  auto whole_until = std::uint64_t{0};
  for (auto number : found.segments) {
    next_number_ = std::max(next_number_, number.next());
    auto one = segment{};
    one.number = number;
    auto file = files_->open(path_of(segment_name(number)));
    if (!file)
      return std::move(file.error());
    one.file = std::move(*file);
    auto bytes = bytes_of(one, ~std::uint64_t{0});
    if (!bytes)
      return std::move(bytes.error());
    auto scan = scan_segment(*bytes, number);
    synced_hint = std::max(synced_hint, scan.synced_hint);
    if (rest.empty() && continues(scan)) {
      adopt(std::move(one), scan);
      whole_until = scan.whole_until;
    } else {
      rest.push_back(number);
    }
  }
  if (segments_.empty())
    return fail(ec::corrupt, directory_ + " has no readable first segment");
  if (segments_.back().end.end.seq < synced_hint)
    return fail(
      ec::corrupt, directory_ + ": the log can be read to "
                     + to_string(segments_.back().end.end.seq)
                     + " only, but was durable to " + to_string(synced_hint));
  return cut_tail(rest, whole_until);
}

bool shard_log::continues(const segment_scan& found) const {
  return found.base && (segments_.empty() || *found.base == segments_.back().end);
}

void shard_log::adopt(segment next, const segment_scan& found) {
  next.base = next.end = *found.base;
  if (segments_.empty())
    history_ = epoch_history{next.base.end};
  for (const auto& frame : found.frames) {
    next.add(frame);
    history_.append(next.end.end);
  }
  segments_.push_back(std::move(next));
}

// Everything behind the end was never synced. It goes, lest a later recovery finds whole
// frames there and takes them for a part of this log.
error shard_log::cut_tail(std::span<const segment_number> rest, std::uint64_t until) {
  for (auto number = rest.rbegin(); number != rest.rend(); ++number) {
    if (auto trouble = retire(*number))
      return trouble;
  }
  auto& newest = segments_.back();
  if (until > newest.end_offset) {
    auto zeros = byte_buffer(static_cast<std::size_t>(until - newest.end_offset));
    if (auto trouble = newest.file->write(newest.end_offset, zeros))
      return trouble;
  }
  dirty_count_ = segments_.size();
  names_dirty_ = true;
  return sync();
}

} // namespace troupe::storage
