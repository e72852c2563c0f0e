#include "monitor/metrics_history.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"

#include <algorithm>
#include <type_traits>

namespace troupe::monitor {

namespace {

// The node of a deque and its share of the map's blocks, roughly.
constexpr std::size_t entry_bytes = 48;

/// Nothing of the kind of `like`.
metric_increase none_of(const metric_increase& like) {
  if (std::holds_alternative<std::uint64_t>(like))
    return std::uint64_t{0};
  return histogram_snapshot{};
}

metric_increase difference(const metric_increase& now, const metric_increase& before) {
  if (const auto* count = std::get_if<std::uint64_t>(&now))
    return *count - std::get<std::uint64_t>(before);
  return std::get<histogram_snapshot>(now).since(std::get<histogram_snapshot>(before));
}

void add_to(metric_increase& sum, const metric_increase& x) {
  if (auto* count = std::get_if<std::uint64_t>(&sum))
    *count += std::get<std::uint64_t>(x);
  else
    std::get<histogram_snapshot>(sum).merge(std::get<histogram_snapshot>(x));
}

bool moved(const metric_increase& x) {
  if (const auto* count = std::get_if<std::uint64_t>(&x))
    return *count > 0;
  return std::get<histogram_snapshot>(x).count() > 0;
}

/// A histogram's snapshot is as long as its highest bucket in use.
std::size_t bytes_of(const metric_increase& x) {
  const auto* spread = std::get_if<histogram_snapshot>(&x);
  if (spread == nullptr)
    return entry_bytes;
  const auto buckets = histogram_layout::bucket_of(spread->max()) + 1;
  return entry_bytes + buckets * sizeof(std::uint64_t);
}

/// Calls `visit(name, labels, value)` for each counter and histogram.
template <class Visit>
void for_each(const metrics_snapshot& all, Visit visit) {
  for (const auto& family : all)
    for (const auto& sample : family.samples)
      if (const auto* count = std::get_if<std::uint64_t>(&sample.value))
        visit(family.name, sample.labels, metric_increase{*count});
      else if (const auto* spread = std::get_if<histogram_snapshot>(&sample.value))
        visit(family.name, sample.labels, metric_increase{*spread});
}

} // namespace

error metrics_history_config::validate() const {
  return first_error(
    {check_range("monitor.minutes_max", minutes_max, 1, 1'440),
     check_range("monitor.bytes_max", byte_size{bytes_max}, mib(1), gib(1))});
}

metrics_history::metrics_history(
  metrics_history_config config, const metrics_snapshot& all, time_point now)
    : config_{config}, running_since_{now} {
  TROUPE_ASSERT(!config.validate());
  for_each(all, [&](const auto& name, const auto& labels, const metric_increase& value) {
    series_[{name, labels}].total = value;
  });
}

void metrics_history::minute_ended(const metrics_snapshot& all, time_point now) {
  for_each(all, [&](const auto& name, const auto& labels, metric_increase value) {
    auto [found, is_new] = series_.try_emplace({name, labels});
    auto& known = found->second;
    if (is_new)
      known.total = none_of(value);
    auto added = difference(value, known.total);
    known.total = std::move(value);
    if (!moved(added))
      return;
    bytes_ += bytes_of(added);
    known.minutes.push_back({running_, std::move(added)});
  });
  begins_.push_back(running_since_);
  running_since_ = now;
  ++running_;
  while (begins_.size() > config_.minutes_max || bytes_ > config_.bytes_max)
    drop_oldest();
}

void metrics_history::drop_oldest() {
  const auto oldest = running_ - begins_.size();
  for (auto& [key, each] : series_)
    if (!each.minutes.empty() && each.minutes.front().minute == oldest) {
      bytes_ -= bytes_of(each.minutes.front().added);
      each.minutes.pop_front();
    }
  begins_.pop_front();
}

metrics_window metrics_history::window(
  std::size_t minute_count, const metrics_snapshot& all, time_point now) const {
  const auto count = std::min(minute_count, begins_.size());
  const auto first = running_ - count;
  const auto begin = count == 0 ? running_since_ : begins_[begins_.size() - count];
  auto result = metrics_window{now - begin, {}};
  for_each(all, [&](const auto& name, const auto& labels, const metric_increase& value) {
    const auto found = series_.find({name, labels});
    auto& row = result.rows.emplace_back(metrics_window::row{name, labels, value});
    if (found == series_.end())
      return;
    row.added = difference(value, found->second.total);
    for (const auto& each : found->second.minutes)
      if (each.minute >= first)
        add_to(row.added, each.added);
  });
  return result;
}

} // namespace troupe::monitor
