/// What a component counts and measures.
///
/// A component declares its metrics in one struct, made once:
///
///     struct probe_metrics {
///       explicit probe_metrics(metrics_registry& r)
///         : probes{r.make_counter("troupe_cluster_probes_total", "Probes sent.")},
///           rtt{r.make_histogram("troupe_cluster_probe_rtt_seconds", "...")} {}
///       counter& probes;
///       histogram& rtt;
///     };
///
/// Recording is lock-free and safe on every thread; declaring and taking a snapshot take
/// a lock. Metrics live as long as their registry. Labels must come from a small bounded
/// set (methods, shards): each combination costs memory for ever, a histogram 5 KiB.
#pragma once

#include "actors/base/time.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

/// Counts events; never goes down.
class counter {
public:
  void add(std::uint64_t n = 1) noexcept {
    value_.fetch_add(n, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// A level that goes up and down.
class gauge {
public:
  void set(double x) noexcept { value_.store(x, std::memory_order_relaxed); }
  void add(double x) noexcept { value_.fetch_add(x, std::memory_order_relaxed); }
  [[nodiscard]] double value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<double> value_{0};
};

/// How values fall into the buckets of a histogram: 16 buckets of equal width per power
/// of two, so that a bucket is at most 1/16 of its values wide; 0 to 15 exactly.
/// Source: the layout of HdrHistogram (Tene), with 4 bits of precision.
struct histogram_layout {
  static constexpr unsigned precision_bits = 4;
  /// Larger values are counted as this one: 73 minutes in nanoseconds, or 4 TiB.
  static constexpr std::uint64_t value_max = (std::uint64_t{1} << 42) - 1;
  static constexpr std::size_t bucket_count = std::size_t{42 - 4 + 1} << precision_bits;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value) noexcept;
  /// The smallest and the largest value of a bucket.
  [[nodiscard]] static std::uint64_t lowest_of(std::size_t bucket) noexcept;
  [[nodiscard]] static std::uint64_t highest_of(std::size_t bucket) noexcept;
};

/// What a histogram held at one moment; those of many nodes and minutes add up.
class histogram_snapshot {
public:
  /// Adds what `other` counted.
  void merge(const histogram_snapshot& other);

  /// What was recorded after `earlier`, a snapshot of the same histogram. The maximum is
  /// known to the width of its bucket only.
  [[nodiscard]] histogram_snapshot since(const histogram_snapshot& earlier) const;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_; }
  [[nodiscard]] std::uint64_t max() const noexcept { return max_; }
  [[nodiscard]] double mean() const noexcept;

  /// The smallest value that at least the share `q` of all values does not exceed, at
  /// most 1/16 too high; 0 when nothing was recorded.
  /// @pre 0 <= q <= 1.
  [[nodiscard]] std::uint64_t quantile(double q) const;

  /// How many values did not exceed `bound`, to the width of a bucket; for cumulative
  /// buckets as Prometheus wants them.
  [[nodiscard]] std::uint64_t count_up_to(std::uint64_t bound) const noexcept;

  bool operator==(const histogram_snapshot&) const = default;

private:
  friend class histogram;

  std::vector<std::uint64_t> buckets_; // As long as the highest bucket in use.
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t max_ = 0;
};

/// The distribution of latencies or sizes.
class histogram {
public:
  void record(std::uint64_t value) noexcept;
  /// Records nanoseconds; a negative duration counts as 0.
  void record(duration value) noexcept;
  [[nodiscard]] histogram_snapshot snapshot() const;

private:
  std::array<std::atomic<std::uint64_t>, histogram_layout::bucket_count> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
  std::atomic<std::uint64_t> max_{0};
};

/// Label names and values, such as {{"method", "Order"}}.
using metric_labels = std::map<std::string, std::string>;

struct metric_sample {
  metric_labels labels;
  std::variant<std::uint64_t, double, histogram_snapshot> value;
};

enum class metric_kind { counter, gauge, histogram };

/// All metrics of one name.
struct metric_family {
  std::string name;
  std::string help;
  metric_kind kind{};
  std::vector<metric_sample> samples; ///< Ordered by labels.
};

/// Ordered by name, hence the same for the same values.
using metrics_snapshot = std::vector<metric_family>;

/// Holds the metrics of one node.
class metrics_registry {
public:
  /// Return the metric of that name and those labels, made when it is new. Names are
  /// `troupe_<folder>_<what>_<unit>`; a counter's ends in `_total`, a histogram's in
  /// `_seconds` (it records durations) or `_bytes`.
  /// @pre The name has that form, and all metrics of one name have one kind and help.
  counter& make_counter(
    const std::string& name, const std::string& help, metric_labels labels = {});
  gauge&
  make_gauge(const std::string& name, const std::string& help, metric_labels labels = {});
  histogram& make_histogram(
    const std::string& name, const std::string& help, metric_labels labels = {});

  [[nodiscard]] metrics_snapshot snapshot() const;

private:
  using metric = std::variant<
    std::unique_ptr<counter>, std::unique_ptr<gauge>, std::unique_ptr<histogram>>;

  struct family {
    std::string help;
    metric_kind kind{};
    std::map<metric_labels, metric> metrics;
  };

  template <class Metric>
  Metric& make(
    const std::string& name, const std::string& help, metric_kind kind,
    metric_labels labels);

  mutable std::mutex mutex_;
  std::map<std::string, family> families_;
};

} // namespace troupe
