/// What a switch of Ethernet does to frames under rules for each pair of its ports: whom
/// they reach, when, how often, or never.
///
/// It stands in for `tc netem`, which not every kernel has. Pure: time comes in, frames
/// that are due go out. Port i has the address 02:00:00:00:00:(i+1).
#pragma once

#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "apps/lab/chaos/link_faults.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

using mac_address = std::array<std::uint8_t, 6>;

[[nodiscard]] mac_address mac_of_port(std::size_t port);

class frame_queue {
public:
  /// Frames that may wait at a time; more are dropped, as by any switch.
  static constexpr std::size_t waiting_max = 20'000;

  struct delivery {
    std::size_t port = 0;
    std::string frame;
  };

  frame_queue(std::size_t port_count, std::uint64_t seed)
      : port_count_{port_count}, random_{seed} {}

  void set_rule(std::size_t from, std::size_t to, const link_rule& rule) {
    rules_[{from, to}] = rule;
  }

  /// Takes a frame that came in at the port `from`. To a group it goes to all others; to
  /// nobody's address nowhere.
  void arrived(std::size_t from, std::string_view frame, duration now);

  /// When the next frame is due.
  [[nodiscard]] std::optional<duration> next_due() const;

  /// The frames that are due, in the order of their times.
  [[nodiscard]] std::vector<delivery> take_due(duration now);

private:
  void pass(std::size_t from, std::size_t to, std::string_view frame, duration now);

  std::size_t port_count_;
  random_source random_;
  link_rules rules_;
  std::multimap<duration, delivery> waiting_; // By due time; equals in order of arrival.
};

} // namespace troupe::lab
