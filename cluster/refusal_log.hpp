/// Which refused links people are told of, each reason once.
///
/// Dials are repeated for ever, so a node that nobody takes in would fill its log with
/// one sentence; or, if it kept silent, run alone without a word. Only refusals that
/// somebody must mend are told: another cluster, no common version, a copied data
/// directory. Others pass by themselves.
///
/// Bounded, whatever strangers say, who may give another name or id each time. Memory:
/// when `refusals_remembered_max` sentences are known, the oldest is forgotten, and would
/// be told again. Lines: `per_minute_max`; what falls to that is not remembered, and so
/// is told in a later minute if it comes again.
///
/// Pure. Not thread-safe; one per process.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/line_limit.hpp"
#include "actors/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace troupe::cluster {

inline constexpr std::size_t refusals_remembered_max = 64;

class refusal_log {
public:
  /// Lines in any one minute of the clock.
  static constexpr std::uint32_t per_minute_max = 10;

  struct line {
    std::string why;
    std::uint64_t untold = 0; ///< Refusals since the last line that should have had one.
  };

  /// The line that a link deserves which was refused, by either end, if any. None when
  /// `why` mends itself, or was told before of whichever peer.
  [[nodiscard]] std::optional<line> refused(const error& why, time_point now);

private:
  std::deque<std::string> told_; // The oldest first.
  line_limit lines_{per_minute_max, std::chrono::minutes{1}};
};

} // namespace troupe::cluster
