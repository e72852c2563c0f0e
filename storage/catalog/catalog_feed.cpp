#include "storage/catalog/catalog_feed.hpp"

#include "actors/base/assert.hpp"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/placement.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace troupe::storage {

namespace {

registry::version version_of(const position& x) { return {x.at.value(), x.seq.value()}; }

registry::entry_key registry_key(std::string_view key) {
  return {registry::entry_kind::config, std::string{key}, {}};
}

byte_buffer bytes_of(std::string_view text) {
  auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

void sort_by_age(std::vector<registry::entry>& entries) {
  std::ranges::sort(
    entries, {}, [](const registry::entry& x) { return std::tie(x.written, x.key); });
}

} // namespace

catalog_feed::catalog_feed(
  position applied, const row_view& rows, const catalog_feed_config& config)
    : config_{config}, at_{version_of(applied)} {
  rows.scan(catalog_slot, entry_row({}), [&](std::string_view row_key, const row& value) {
    auto key = key_of_entry(row_key);
    if (key)
      entries_[std::string{*key}] = {{at_.era, value.version}, value.bytes};
    return key.has_value();
  });
}

catalog_feed::output catalog_feed::start(time_point now) { return next(now); }

catalog_feed::output catalog_feed::applied(const apply_batch& batch, time_point now) {
  for (const auto& x : batch.records) {
    take_in(*x);
    at_ = version_of(x->at);
  }
  return next(now);
}

void catalog_feed::take_in(const record& x) {
  const auto* write = std::get_if<write_record>(&x.payload);
  if (write == nullptr)
    return;
  auto written = version_of(x.at);
  for (const auto& e : write->effects) {
    auto key = key_of_entry(e.key);
    if (!key)
      continue;
    changed_at_ = written;
    if (e.value) {
      entries_.insert_or_assign(std::string{*key}, entry{written, e.value->bytes});
      deleted_.erase(std::string{*key});
      continue;
    }
    entries_.erase(std::string{*key});
    if (!state_wanted_)
      deleted_.insert_or_assign(std::string{*key}, written);
  }
}

catalog_feed::output catalog_feed::told(time_point now) {
  TROUPE_ASSERT(telling_.has_value());
  told_ = *std::exchange(telling_, std::nullopt);
  retry_after_ = {};
  std::erase_if(deleted_, [this](const auto& x) { return x.second <= told_; });
  return next(now);
}

catalog_feed::output catalog_feed::refused(const error& why, time_point now) {
  TROUPE_ASSERT(telling_.has_value());
  telling_.reset();
  state_wanted_ = true;
  deleted_.clear();
  if (why != ec::wrong_state) {
    retry_after_ = std::clamp(2 * retry_after_, config_.retry_min, config_.retry_max);
    retry_at_ = now + retry_after_;
  }
  return next(now);
}

catalog_feed::output catalog_feed::tick(time_point now) { return next(now); }

catalog_feed::output catalog_feed::next(time_point now) {
  auto out = output{};
  if (telling_)
    return out;
  if (now < retry_at_) {
    out.wake_at = retry_at_;
    return out;
  }
  if (state_wanted_)
    out.state = whole();
  else if (changed_at_ > told_)
    out.changes = since_told();
  else
    return out;
  state_wanted_ = false;
  telling_ = at_;
  return out;
}

registry::catalog_state catalog_feed::whole() const {
  auto result = registry::catalog_state{at_, {}};
  for (const auto& [key, x] : entries_)
    result.entries.push_back({registry_key(key), x.written, bytes_of(x.value)});
  sort_by_age(result.entries);
  return result;
}

registry::catalog_delta catalog_feed::since_told() const {
  auto result = registry::catalog_delta{told_, at_, {}};
  for (const auto& [key, x] : entries_)
    if (x.written > told_)
      result.entries.push_back({registry_key(key), x.written, bytes_of(x.value)});
  for (const auto& [key, written] : deleted_)
    result.entries.push_back({registry_key(key), written, std::nullopt});
  sort_by_age(result.entries);
  return result;
}

} // namespace troupe::storage
