#include "registry/owner_table.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace troupe::registry {

namespace {

std::size_t bytes_of(const entry_key& key, const owner_table::record& x) {
  return wire_bytes(key, x.live() ? x.value->size() : 0);
}

} // namespace

const owner_table::record* owner_table::find(const entry_key& key) const {
  auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

void owner_table::write(
  const entry_key& key, std::optional<byte_buffer> value, version at, time_point now) {
  TROUPE_ASSERT(at > current_);
  store(key, {at, std::move(value), now});
  current_ = at;
}

std::optional<owner_delta>
owner_table::delta_since(version have, std::size_t bytes_max) const {
  if (have >= current_)
    return std::nullopt;
  // A node's new incarnation starts empty, so its old versions count for nothing.
  auto from
    = !owner_.is_catalog() && have.era < current_.era ? version{current_.era, 0} : have;
  if (from >= floor_)
    return cut_delta(from, bytes_max);
  if (bytes() + owner_delta_bytes > bytes_max)
    return std::nullopt;
  return full_delta();
}

owner_delta owner_table::full_delta() const {
  auto result = owner_delta{
    .owner = owner_,
    .from = {},
    .to = current_,
    .full = true,
    .floor = floor_,
    .entries = {}};
  result.entries.reserve(by_version_.size());
  for (const auto& x : by_version_)
    result.entries.push_back(entry_of(x));
  return result;
}

std::optional<owner_delta>
owner_table::cut_delta(version from, std::size_t bytes_max) const {
  auto result = owner_delta{
    .owner = owner_,
    .from = from,
    .to = current_,
    .full = false,
    .floor = {},
    .entries = {}};
  auto used = owner_delta_bytes;
  auto whole = std::size_t{0}; // Entries up to the last version that fits whole.
  for (auto i = by_version_.lower_bound({from.next(), {}}); i != by_version_.end(); ++i) {
    if (!result.entries.empty() && result.entries.back().written != i->written)
      whole = result.entries.size();
    used += bytes_of(i->key, records_.at(i->key));
    if (used > bytes_max) {
      if (whole == 0)
        return std::nullopt;
      result.entries.resize(whole);
      result.to = result.entries.back().written;
      return result;
    }
    result.entries.push_back(entry_of(*i));
  }
  return used > bytes_max ? std::nullopt : std::optional{std::move(result)};
}

entry owner_table::entry_of(const stamped& x) const {
  return {x.key, x.written, records_.at(x.key).value};
}

bool owner_table::replaced_by(const owner_delta& delta) const {
  if (delta.full)
    return true;
  return !owner_.is_catalog() && delta.to.era > current_.era && delta.from.number == 0;
}

merge_result owner_table::merge(const owner_delta& delta, time_point now) {
  TROUPE_ASSERT(delta.owner == owner_);
  if (delta.to <= current_)
    return {verdict::old, {}};
  auto result = merge_result{verdict::merged, {}};
  if (replaced_by(delta)) {
    for (const auto& [key, x] : records_)
      if (x.live())
        result.changed.push_back(key);
    *this = owner_table{owner_};
    floor_ = delta.floor;
  } else if (delta.from > current_) {
    return {verdict::gap, {}};
  }
  for (const auto& x : delta.entries) {
    if (x.written <= current_)
      continue;
    result.changed.push_back(x.key);
    store(x.key, {x.written, x.value, now});
  }
  current_ = delta.to;
  return result;
}

void owner_table::store(const entry_key& key, record value) {
  drop(key);
  by_version_.insert({value.written, key});
  if (!value.live())
    tombstones_.insert({value.written, key});
  (value.live() ? live_bytes_ : tombstone_bytes_) += bytes_of(key, value);
  records_.emplace(key, std::move(value));
}

void owner_table::drop(const entry_key& key) {
  auto found = records_.find(key);
  if (found == records_.end())
    return;
  const auto& old = found->second;
  (old.live() ? live_bytes_ : tombstone_bytes_) -= bytes_of(key, old);
  by_version_.erase({old.written, key});
  tombstones_.erase({old.written, key});
  records_.erase(found);
}

void owner_table::drop_oldest_tombstone() {
  auto oldest = *tombstones_.begin();
  floor_ = std::max(floor_, oldest.written);
  drop(oldest.key);
}

void owner_table::drop_tombstones(time_point until) {
  // Versions are taken in in order, so the oldest version is the oldest in time too.
  while (!tombstones_.empty() && records_.at(tombstones_.begin()->key).since <= until)
    drop_oldest_tombstone();
}

void owner_table::shrink(std::size_t count_max, std::size_t bytes_max) {
  while (!tombstones_.empty() && (tombstones_.size() > count_max || bytes() > bytes_max))
    drop_oldest_tombstone();
}

void owner_table::check_invariants() const {
  TROUPE_ASSERT(by_version_.size() == records_.size());
  TROUPE_ASSERT(floor_ <= current_);
  auto live = std::size_t{0};
  auto dead = std::size_t{0};
  for (const auto& [key, x] : records_) {
    TROUPE_ASSERT(x.written <= current_);
    TROUPE_ASSERT(by_version_.contains({x.written, key}));
    TROUPE_ASSERT(tombstones_.contains({x.written, key}) == !x.live());
    TROUPE_ASSERT(owner_.is_catalog() || x.written.era == current_.era);
    (x.live() ? live : dead) += bytes_of(key, x);
  }
  TROUPE_ASSERT(live == live_bytes_);
  TROUPE_ASSERT(dead == tombstone_bytes_);
}

} // namespace troupe::registry
