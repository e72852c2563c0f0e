/// What happened in a simulated run: a hash of all of it, to compare two runs of a seed,
/// and the last lines, to read when one fails.
#pragma once

#include "actors/base/time.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace troupe::test {

class run_trace {
public:
  /// Keeps the last lines only when `record` is set: they cost more than the run.
  explicit run_trace(bool record) : record_{record} {}

  void add(
    time_point when, std::uint64_t node, std::string_view what,
    std::uint64_t detail = 0) {
    mix(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    mix(node);
    for (auto c : what)
      mix(static_cast<unsigned char>(c));
    mix(detail);
    ++event_count_;
    if (record_)
      keep(when, node, what, detail);
  }

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t event_count() const { return event_count_; }
  [[nodiscard]] const std::deque<std::string>& last_lines() const { return lines_; }

private:
  // FNV-1a over words.
  void mix(std::uint64_t x) { hash_ = (hash_ ^ x) * 0x100000001b3U; }

  void
  keep(time_point when, std::uint64_t node, std::string_view what, std::uint64_t detail) {
    constexpr auto kept_lines = std::size_t{200};
    auto micros
      = std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch());
    lines_.push_back(
      std::to_string(micros.count()) + " us, " + std::to_string(node) + ": "
      + std::string{what} + " " + std::to_string(detail));
    if (lines_.size() > kept_lines)
      lines_.pop_front();
  }

  bool record_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
  std::uint64_t event_count_ = 0;
  std::deque<std::string> lines_;
};

} // namespace troupe::test
