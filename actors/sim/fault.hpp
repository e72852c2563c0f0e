/// What can go wrong between simulated hosts, as data: schedules list it, traces print
/// it.
///
/// Pairs are directed: `cut{"a", "b"}` loses what a sends to b, and nothing else.
#pragma once

#include "actors/base/time.hpp"

#include <string>
#include <variant>

namespace troupe::sim {

/// Dials hang to their deadline; connections fall silent, and go on when it heals.
struct cut {
  std::string from, to;
};

/// Ends `cut` and `stall`. What waited arrives, in order.
struct heal {
  std::string from, to;
};

struct heal_all {};

/// A cut that ends by itself.
struct stall {
  std::string from, to;
  duration length;
};

/// All that leaves within `length` takes `extra` longer.
struct delay {
  std::string from, to;
  duration extra;
  duration length;
};

/// Breaks every connection and dial between the two, at both ends, now.
struct reset {
  std::string one, other;
};

/// The process dies, its machine lives: listeners vanish, peers see resets after the
/// latency, nothing more is delivered. With cuts in both directions: a power failure.
struct crash {
  std::string host;
};

/// The process stops, its machine lives: nothing leaves it and nothing is delivered to
/// its actors until `resume`, then all in order. Its timers are the clock's affair.
struct pause {
  std::string host;
};

struct resume {
  std::string host;
};

using fault
  = std::variant<cut, heal, heal_all, stall, delay, reset, crash, pause, resume>;

} // namespace troupe::sim
