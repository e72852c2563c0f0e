#include "storage/epoch_history.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::storage {

void epoch_history::append(position last) {
  TROUPE_ASSERT(last.seq > end_.seq && last.at >= end_.at);
  if (last.at != end_.at || starts_.empty())
    starts_.push_back({last.at, end_.seq.next()});
  end_ = last;
}

void epoch_history::truncate_after(lsn last) {
  TROUPE_ASSERT(base_.seq <= last && last <= end_.seq);
  end_ = {*epoch_at(last), last};
  while (!starts_.empty() && starts_.back().first > last)
    starts_.pop_back();
}

void epoch_history::release_to(lsn new_base) {
  TROUPE_ASSERT(base_.seq <= new_base && new_base <= end_.seq);
  base_ = {*epoch_at(new_base), new_base};
  while (starts_.size() > 1 && starts_[1].first <= new_base.next())
    starts_.erase(starts_.begin());
  if (!starts_.empty() && starts_.front().first <= new_base)
    starts_.front().first = new_base.next();
  if (new_base == end_.seq)
    starts_.clear();
}

std::optional<epoch> epoch_history::epoch_at(lsn seq) const {
  if (seq == base_.seq)
    return base_.at;
  if (seq < base_.seq || seq > end_.seq)
    return std::nullopt;
  auto behind = std::ranges::upper_bound(starts_, seq, {}, &epoch_start::first);
  return std::prev(behind)->at;
}

std::vector<epoch_start> epoch_history::tail_from(lsn seq) const {
  auto result = std::vector<epoch_start>{};
  if (base_.seq.value() > 0 && (starts_.empty() || starts_.front().at != base_.at))
    result.push_back({base_.at, base_.seq});
  auto behind = std::ranges::upper_bound(starts_, seq, {}, &epoch_start::first);
  if (behind != starts_.begin()) {
    result.clear();
    --behind;
  }
  result.insert(result.end(), behind, starts_.end());
  return result;
}

namespace {

/// The last record of `e` in the master's log; none when it has no such epoch.
std::optional<lsn> end_of(const epoch_history& master, epoch e) {
  auto starts = master.tail_from(lsn{0});
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (starts[i].at == e)
      return i + 1 < starts.size() ? before(starts[i + 1].first) : master.end().seq;
  }
  return std::nullopt;
}

} // namespace

position common(
  std::span<const epoch_start> slave, position slave_end, const epoch_history& master) {
  auto end = slave_end.seq;
  for (auto i = slave.rbegin(); i != slave.rend(); ++i) {
    if (auto theirs = end_of(master, i->at))
      return {i->at, std::min(end, *theirs)};
    end = before(i->first);
  }
  return {};
}

} // namespace troupe::storage
