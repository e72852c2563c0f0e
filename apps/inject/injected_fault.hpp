/// Faults that a person orders of a live node: their words, values and bounds.
///
/// A fault is one node's: it disturbs that node's links to other nodes, its disk, or the
/// whole process. Shells and Redis clients are never cut off.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/strong.hpp"
#include "actors/base/time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::apps {

enum class injected_kind : std::uint8_t {
  /// Each time bytes leave or arrive, the connection breaks with this probability, and
  /// what was under way is lost. TCP loses nothing else: a lost packet comes again.
  drop = 1,
  /// What leaves and what arrives takes longer.
  delay = 2,
  /// Nothing that the node sends arrives.
  one_way = 3,
  /// Nothing passes, in either direction. As the two below, it is silence: connections
  /// stay, dials hang, and what waited arrives when it ends.
  partition = 4,
  /// The process stops, as with SIGSTOP.
  pause = 5,
  /// Syncs of logs take longer, or wait for the end of the fault.
  disk_stall = 6,
};

/// All, in the order in which help lists them.
inline constexpr auto injected_kinds
  = std::array{injected_kind::drop,      injected_kind::delay, injected_kind::one_way,
               injected_kind::partition, injected_kind::pause, injected_kind::disk_stall};

[[nodiscard]] std::string_view to_string(injected_kind x);

/// Returns false, and leaves `result` alone, when `text` is none of them.
[[nodiscard]] bool parse(std::string_view text, injected_kind& result);

/// Names a fault within one life of its node; never reused there.
using injection_id = strong<struct injection_id_tag, std::uint64_t>;

struct injected_fault {
  injected_kind kind = injected_kind::partition;
  std::vector<node_name> peers; ///< Whose links; empty: those to all nodes.
  double ratio = 0;             ///< Of `drop`: above 0, at most 1.
  duration delay{};             ///< Of `delay`, each way.
  duration jitter{};            ///< Of `delay`: up to so much more, drawn each time.
  duration stall{};             ///< Of `disk_stall`, each sync; 0: until the fault ends.
  duration length{};            ///< Until it ends by itself; 0: as long as is allowed.

  friend bool operator==(const injected_fault&, const injected_fault&) = default;
};

/// A fault that has not ended.
struct standing_fault {
  injection_id id;
  injected_fault what;
  duration remaining{};

  friend bool operator==(const standing_fault&, const standing_fault&) = default;
};

/// The longest `delay` and `stall`: beyond it, a cut says the same.
inline constexpr auto injected_delay_max = std::chrono::minutes{1};

/// None, or ec::invalid_argument naming the value and its range. `longest` bounds the
/// length; a pause has to have one.
[[nodiscard]] error check(const injected_fault& x, duration longest);

/// Its values for people: "50 ms, up to 10 ms more"; empty when it has none.
[[nodiscard]] std::string parameters_of(const injected_fault& x);

} // namespace troupe::apps
