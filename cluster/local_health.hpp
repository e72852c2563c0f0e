/// A node's estimate of its own ability to judge others: 0 is well, larger is worse.
///
/// A node that is starved of CPU or cut off misses the answers of healthy peers. It sees
/// that in its own failures, and gives the others more time. Source: Lifeguard (Dadgar,
/// Phillips, Currey 2017) section IV-A, "Local Health Multiplier".
#pragma once

#include <algorithm>

namespace troupe::cluster {

class local_health {
public:
  explicit local_health(unsigned score_max) : score_max_{score_max} {}

  /// A probe of ours was answered.
  void improve() { score_ -= score_ > 0 ? 1 : 0; }

  /// `evidence` counts failures that may be our own: answers missed, suspicions refuted.
  void worsen(unsigned evidence) { score_ += std::min(evidence, score_max_ - score_); }

  [[nodiscard]] unsigned score() const { return score_; }

  /// What own time-outs are multiplied with, 1 to `score_max` + 1.
  [[nodiscard]] unsigned multiplier() const { return score_ + 1; }

private:
  unsigned score_max_;
  unsigned score_ = 0;
};

} // namespace troupe::cluster
