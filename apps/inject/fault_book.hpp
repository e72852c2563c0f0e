/// The faults that stand on a node, and what they mean for each link and for the disk.
///
/// Pure. Several may stand at one time: cuts add up, of delays and probabilities the
/// largest counts. Each ends by itself at the latest after the longest length allowed.
#pragma once

#include "actors/base/time.hpp"
#include "apps/inject/injected_fault.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace troupe::apps {

/// What disturbs a link to one peer.
struct link_weather {
  bool cut_out = false; ///< What is sent waits.
  bool cut_in = false;  ///< What arrives waits.
  double drop_ratio = 0;
  duration delay{};
  duration jitter{};

  [[nodiscard]] bool calm() const { return *this == link_weather{}; }
  friend bool operator==(const link_weather&, const link_weather&) = default;
};

/// What disturbs the disk.
struct disk_weather {
  bool stalled = false; ///< No sync returns.
  duration each_sync{}; ///< Each takes so much longer.

  friend bool operator==(const disk_weather&, const disk_weather&) = default;
};

class fault_book {
public:
  /// No fault lasts longer than `longest`.
  explicit fault_book(duration longest) : longest_{longest} {}

  /// Fails as `check` does. A pause is checked and numbered, but does not stand: it is
  /// over when the node goes on.
  [[nodiscard]] expected<injection_id> add(injected_fault x, time_point now);

  /// Ends all; returns those that stood.
  std::vector<standing_fault> heal(time_point now);

  /// Ends those whose time is over, and returns them.
  std::vector<standing_fault> tick(time_point now);

  /// When the next one ends.
  [[nodiscard]] std::optional<time_point> next_end() const;

  [[nodiscard]] link_weather over(const node_name& peer) const;
  [[nodiscard]] disk_weather disk() const;

  /// In the order in which they were added.
  [[nodiscard]] std::vector<standing_fault> standing(time_point now) const;

  [[nodiscard]] bool empty() const { return faults_.empty(); }

private:
  struct entry {
    injection_id id;
    injected_fault what;
    time_point end;
  };

  duration longest_;
  std::uint64_t last_id_ = 0;
  std::vector<entry> faults_;
};

} // namespace troupe::apps
