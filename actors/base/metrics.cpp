#include "actors/base/metrics.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string_view>

namespace troupe {

std::size_t histogram_layout::bucket_of(std::uint64_t value) noexcept {
  const auto x = std::min(value, value_max);
  if (x < (1U << precision_bits))
    return static_cast<std::size_t>(x);
  // The highest bit names the group of 16, the four bits below it the place within.
  const auto shift = static_cast<unsigned>(std::bit_width(x)) - 1 - precision_bits;
  const auto place = (x >> shift) - (1U << precision_bits);
  return ((std::size_t{shift} + 1) << precision_bits) + static_cast<std::size_t>(place);
}

std::uint64_t histogram_layout::lowest_of(std::size_t bucket) noexcept {
  const auto group = bucket >> precision_bits;
  const auto place = bucket & ((1U << precision_bits) - 1);
  if (group == 0)
    return place;
  return std::uint64_t{(1U << precision_bits) + place} << (group - 1);
}

std::uint64_t histogram_layout::highest_of(std::size_t bucket) noexcept {
  return lowest_of(bucket + 1) - 1;
}

void histogram_snapshot::merge(const histogram_snapshot& other) {
  if (buckets_.size() < other.buckets_.size())
    buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i)
    buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

histogram_snapshot histogram_snapshot::since(const histogram_snapshot& earlier) const {
  TROUPE_ASSERT(earlier.buckets_.size() <= buckets_.size());
  auto result = *this;
  for (std::size_t i = 0; i < earlier.buckets_.size(); ++i)
    result.buckets_[i] -= earlier.buckets_[i];
  while (!result.buckets_.empty() && result.buckets_.back() == 0)
    result.buckets_.pop_back();
  result.count_ -= earlier.count_;
  result.sum_ -= earlier.sum_;
  result.max_
    = result.buckets_.empty()
        ? 0
        : std::min(max_, histogram_layout::highest_of(result.buckets_.size() - 1));
  return result;
}

double histogram_snapshot::mean() const noexcept {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::uint64_t histogram_snapshot::quantile(double q) const {
  TROUPE_ASSERT(q >= 0 && q <= 1);
  const auto wanted = std::max(1.0, std::ceil(q * static_cast<double>(count_)));
  auto seen = std::uint64_t{0};
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (static_cast<double>(seen) >= wanted)
      return std::min(max_, histogram_layout::highest_of(i));
  }
  return max_;
}

std::uint64_t histogram_snapshot::count_up_to(std::uint64_t bound) const noexcept {
  const auto end = std::min(buckets_.size(), histogram_layout::bucket_of(bound) + 1);
  return std::accumulate(
    buckets_.begin(), buckets_.begin() + static_cast<std::ptrdiff_t>(end),
    std::uint64_t{0});
}

void histogram::record(std::uint64_t value) noexcept {
  buckets_[histogram_layout::bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
  auto seen = max_.load(std::memory_order_relaxed);
  while (seen < value
         && !max_.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

void histogram::record(duration value) noexcept {
  record(static_cast<std::uint64_t>(std::max(value, duration::zero()).count()));
}

histogram_snapshot histogram::snapshot() const {
  auto result = histogram_snapshot{};
  // The count is that of the buckets, so that quantiles fit although others record.
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    const auto n = buckets_[i].load(std::memory_order_relaxed);
    if (n == 0)
      continue;
    result.buckets_.resize(i + 1);
    result.buckets_[i] = n;
    result.count_ += n;
  }
  result.sum_ = sum_.load(std::memory_order_relaxed);
  result.max_ = max_.load(std::memory_order_relaxed);
  return result;
}

namespace {

bool well_named(std::string_view name, metric_kind kind) {
  const auto allowed = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  const auto total = name.ends_with("_total");
  const auto measured = name.ends_with("_seconds") || name.ends_with("_bytes");
  return allowed && name.starts_with("troupe_") && total == (kind == metric_kind::counter)
         && (kind != metric_kind::histogram || measured);
}

struct value_reader {
  using value = decltype(metric_sample::value);
  value operator()(const std::unique_ptr<counter>& x) const { return x->value(); }
  value operator()(const std::unique_ptr<gauge>& x) const { return x->value(); }
  value operator()(const std::unique_ptr<histogram>& x) const { return x->snapshot(); }
};

} // namespace

template <class Metric>
Metric& metrics_registry::make(
  const std::string& name, const std::string& help, metric_kind kind,
  metric_labels labels) {
  TROUPE_ASSERT(well_named(name, kind));
  const auto lock = std::lock_guard{mutex_};
  auto& found = families_.try_emplace(name, family{help, kind, {}}).first->second;
  TROUPE_ASSERT(found.kind == kind && found.help == help);
  auto entry = found.metrics.find(labels);
  if (entry == found.metrics.end())
    entry = found.metrics.emplace(std::move(labels), std::make_unique<Metric>()).first;
  return *std::get<std::unique_ptr<Metric>>(entry->second);
}

counter& metrics_registry::make_counter(
  const std::string& name, const std::string& help, metric_labels labels) {
  return make<counter>(name, help, metric_kind::counter, std::move(labels));
}

gauge& metrics_registry::make_gauge(
  const std::string& name, const std::string& help, metric_labels labels) {
  return make<gauge>(name, help, metric_kind::gauge, std::move(labels));
}

histogram& metrics_registry::make_histogram(
  const std::string& name, const std::string& help, metric_labels labels) {
  return make<histogram>(name, help, metric_kind::histogram, std::move(labels));
}

metrics_snapshot metrics_registry::snapshot() const {
  const auto lock = std::lock_guard{mutex_};
  auto result = metrics_snapshot{};
  result.reserve(families_.size());
  for (const auto& [name, found] : families_) {
    auto& entry = result.emplace_back(metric_family{name, found.help, found.kind, {}});
    for (const auto& [labels, value] : found.metrics)
      entry.samples.push_back({labels, std::visit(value_reader{}, value)});
  }
  return result;
}

} // namespace troupe
