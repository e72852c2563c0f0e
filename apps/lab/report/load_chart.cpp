#include "apps/lab/report/load_chart.hpp"

#include "apps/lab/report/markup.hpp"
#include "apps/lab/report/text_report.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto bucket_length = duration{100ms};
constexpr auto count_height = 90.0;
constexpr auto failed_height = 26.0;
constexpr auto latency_height = 90.0;
constexpr auto gap = 22.0;

struct bucket {
  std::uint64_t reads_done = 0;
  std::uint64_t writes_done = 0;
  std::uint64_t failed = 0;
  std::vector<duration> latencies;

  [[nodiscard]] std::uint64_t done() const { return reads_done + writes_done; }
};

std::vector<bucket> buckets_of(const run_record& x) {
  auto result
    = std::vector<bucket>(static_cast<std::size_t>(x.ended / bucket_length) + 1);
  for (const auto& operation : x.operations) {
    const auto when = operation.returned.value_or(operation.invoked);
    const auto place = static_cast<std::size_t>(when / bucket_length);
    auto& into = result[std::min(place, result.size() - 1)];
    if (!operation.done()) {
      ++into.failed;
      continue;
    }
    ++(operation.call == operation_call::read ? into.reads_done : into.writes_done);
    into.latencies.push_back(when - operation.invoked);
  }
  return result;
}

class load_chart {
public:
  load_chart(const run_record& what, const time_axis& axis, double top)
      : buckets_{buckets_of(what)}, axis_{axis}, y_{top} {}

  drawing draw() {
    draw_counts();
    draw_latencies();
    return {std::move(text_), y_};
  }

private:
  void draw_counts() {
    auto most = std::uint64_t{1};
    for (const auto& x : buckets_)
      most = std::max({most, x.done(), x.failed});
    const auto base = y_ + count_height;
    caption({"operations", "in 100 ms"});
    scale(y_, std::to_string(most));
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      const auto& x = buckets_[i];
      const auto title = at(i) + ": " + std::to_string(x.writes_done) + " writes, "
                         + std::to_string(x.reads_done) + " reads done, "
                         + std::to_string(x.failed) + " refused or unknown";
      const auto writes = height_of(x.writes_done, most, count_height);
      const auto reads = height_of(x.reads_done, most, count_height);
      const auto failed
        = std::min(height_of(x.failed, most, 4 * count_height), failed_height);
      bar(i, base - writes, writes, "write", title);
      bar(i, base - writes - reads, reads, "read", title);
      bar(i, base, failed, "failed", title);
    }
    text_ += line(time_axis::left, base, time_axis::right, base, "base");
    y_ = base + failed_height + gap;
  }

  void draw_latencies() {
    caption({"latency", "p50, max"});
    const auto base = y_ + latency_height;
    for (auto power = duration{1ms}; power <= 10s; power *= 10) {
      const auto y = base - height_of(power);
      text_ += line(time_axis::left, y, time_axis::right, y, "tick");
      scale(
        y, power < 1s ? std::to_string(power / 1ms) + " ms"
                      : std::to_string(power / 1s) + " s");
    }
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      const auto& all = buckets_[i].latencies;
      if (all.empty())
        continue;
      const auto median = quantile(all, 0.5);
      const auto most = quantile(all, 1);
      const auto title
        = at(i) + ": p50 " + seconds_text(median) + ", max " + seconds_text(most);
      bar(
        i, base - height_of(most), height_of(most) - height_of(median), "longest", title);
      bar(i, base - height_of(median) - 1, 2, "median", title);
    }
    text_ += line(time_axis::left, base, time_axis::right, base, "base");
    y_ = base;
  }

  static double height_of(std::uint64_t count, std::uint64_t most, double full) {
    return full * static_cast<double>(count) / static_cast<double>(most);
  }

  /// On a scale of powers of ten, from 100 us to 10 s.
  static double height_of(duration latency) {
    constexpr auto shortest = duration{100us};
    constexpr auto powers = 5.0;
    const auto times = static_cast<double>(std::max(latency, shortest) / 1us)
                       / static_cast<double>(shortest / 1us);
    return std::min(std::log10(times) / powers, 1.0) * latency_height;
  }

  void bar(
    std::size_t place, double y, double height, std::string_view css_class,
    const std::string& title) {
    if (height <= 0)
      return;
    const auto from = axis_.at(bucket_length * static_cast<duration::rep>(place));
    const auto to = axis_.at(bucket_length * static_cast<duration::rep>(place + 1));
    text_ += rectangle({from, y, to - from - 0.3, height}, css_class, title);
  }

  static std::string at(std::size_t place) {
    return seconds_text(bucket_length * static_cast<duration::rep>(place));
  }

  void caption(std::initializer_list<std::string_view> lines) {
    auto y = y_ + 12;
    for (const auto text : lines) {
      text_ += label(4, y, "caption", text);
      y += 13;
    }
  }

  void scale(double y, const std::string& text) {
    text_ += label(time_axis::left - 5, y + 4, "scale", text);
  }

  std::vector<bucket> buckets_;
  const time_axis& axis_;
  double y_;
  std::string text_;
};

} // namespace

drawing draw_load(const run_record& x, const time_axis& axis, double top) {
  return load_chart{x, axis, top}.draw();
}

} // namespace troupe::lab
