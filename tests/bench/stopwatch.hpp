/// How long requests take that one asker has under way: what all askers of the benchmarks
/// share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::bench {

struct run_result {
  double seconds = 0;
  double p50_us = 0;
  double p99_us = 0;
  std::uint64_t failures = 0;
};

/// The work of one run: so many requests, so many at one time.
class stopwatch {
public:
  using clock = std::chrono::steady_clock;

  stopwatch(std::uint64_t calls, std::uint32_t in_flight)
      : calls_{calls}, in_flight_{in_flight} {
    took_.reserve(calls);
  }

  /// Whether another request is to be begun now.
  [[nodiscard]] bool wants_more() const {
    return begun_ < calls_ && begun_ - took_.size() < in_flight_;
  }

  [[nodiscard]] clock::time_point begin() {
    ++begun_;
    return clock::now();
  }

  void end(clock::time_point since, bool ok) {
    took_.push_back(clock::now() - since);
    failures_ += ok ? 0 : 1;
  }

  [[nodiscard]] bool done() const { return took_.size() == calls_; }

  /// @pre `done()`, and there was at least one.
  [[nodiscard]] run_result result() {
    auto seconds = std::chrono::duration<double>{clock::now() - since_}.count();
    std::ranges::sort(took_);
    return {seconds, at(0.5), at(0.99), failures_};
  }

private:
  [[nodiscard]] double at(double share) const {
    auto nth = static_cast<std::size_t>(share * static_cast<double>(took_.size() - 1));
    return std::chrono::duration<double, std::micro>{took_[nth]}.count();
  }

  std::uint64_t calls_;
  std::uint32_t in_flight_;
  std::uint64_t begun_ = 0;
  std::uint64_t failures_ = 0;
  clock::time_point since_ = clock::now();
  std::vector<clock::duration> took_;
};

} // namespace troupe::bench
