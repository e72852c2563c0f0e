/// How long a suspected member has to refute: long for one accuser, short for several.
///
/// Source: Lifeguard (Dadgar, Phillips, Currey 2017) section IV-B, "Local Health Aware
/// Suspicion": SuspicionTimeout = max(Min, Max - (Max - Min) * log(C + 1) / log(K + 1)).
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"

#include <set>

namespace troupe::cluster {

/// The formula: C = `confirmed` of K = `expected` other accusers. Whole milliseconds. It
/// is `min` when nobody is there to confirm.
[[nodiscard]] duration
suspicion_timeout(unsigned confirmed, unsigned expected, duration min, duration max);

/// The suspicion of one member in one (incarnation, refutation) of it.
class suspicion {
public:
  struct limits {
    /// Other accusers that bring the time-out down to `min`.
    unsigned expected = 0;
    duration min{};
    duration max{};
  };

  suspicion(const node_id& accuser, const limits& within, time_point now);

  /// Counts another accuser. True when it shortened the time-out: it is new, and not more
  /// than expected; then it is worth passing on.
  [[nodiscard]] bool confirm(const node_id& accuser);

  /// Gives `lost` more time: this node did not listen so long.
  void defer(duration lost) { start_ += lost; }

  /// Whether it has lasted for `min`: the shortest time that the accused is given.
  [[nodiscard]] bool ripe(time_point now) const { return now >= start_ + limits_.min; }

  /// When the member is dead unless it refutes.
  [[nodiscard]] time_point deadline() const;

private:
  limits limits_;
  time_point start_;
  std::set<node_id> accusers_; // The first one included.
};

} // namespace troupe::cluster
