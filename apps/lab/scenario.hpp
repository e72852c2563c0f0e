/// A scenario: a cluster, its clients, what goes wrong and what must hold, as a TOML file
/// that `troupe sim` and `troupe chaos` read alike.
///
///     [cluster]
///     nodes = 3
///     shards = 4
///     replicas = 3
///     ack = "quorum"
///
///     [clients]
///     count = 8
///     readonly = 2
///     keys = 6
///     mix = { read = 5, write = 3, swap = 1, append = 2, add = 1 }
///     timeout = "2 s"
///
///     [run]
///     seconds = 15
///     seed = 7
///
///     [[fault]]
///     at = "3 s"
///     kind = "kill"
///     target = "master:1"
///     for = "2 s"
///
///     [nemesis]
///     kinds = ["kill", "pause"]
///     between = ["1 s", "4 s"]
///
///     [expect]
///     properties = ["linearizable", "nothing_lost"]
///     lag = "0 ms"
///     more_descriptors = 64
///     more_memory = "256 MiB"
///
/// Every section and key may be left out. What a scenario may name, kinds of faults and
/// properties, its reader knows.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "apps/lab/chaos/node_usage.hpp"
#include "apps/lab/fault_plan.hpp"
#include "apps/lab/simulation.hpp"
#include "storage/shard_config.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

struct scenario_cluster {
  std::uint32_t node_count = 3;
  std::uint32_t shard_count = 2;
  std::uint32_t replica_count = 3;
  storage::ack_mode ack = storage::ack_mode::quorum;
};

/// How often clients do what, relative to each other.
struct operation_mix {
  std::uint32_t read = 5;
  std::uint32_t write = 3;
  std::uint32_t swap = 1;
  std::uint32_t append = 2;
  std::uint32_t add = 1;

  [[nodiscard]] std::uint32_t sum() const { return read + write + swap + append + add; }
  bool operator==(const operation_mix&) const = default;
};

struct scenario_clients {
  std::uint32_t count = 8;
  /// Of them: those that read from slaves, too (`READONLY`).
  std::uint32_t readonly_count = 0;
  /// Of each kind, in use at a time. Fewer make more operations meet, and a longer check.
  std::uint32_t key_count = 4;
  operation_mix mix;
  /// After that a client calls an operation's fate unknown.
  duration timeout = std::chrono::seconds{2};
};

/// Faults that are drawn from the seed.
struct scenario_nemesis {
  std::vector<std::string> kinds;
  duration between_min = std::chrono::seconds{1};
  duration between_max = std::chrono::seconds{4};
};

struct scenario {
  std::string name; ///< The file's, without folder and extension.
  scenario_cluster cluster;
  scenario_clients clients;
  duration length = std::chrono::seconds{15}; ///< Of the phase with faults.
  std::uint64_t seed = 1;
  fault_plan faults;                                 ///< Those written down, by time.
  std::map<std::string, std::size_t> target_lines{}; ///< Where each target stands.
  std::optional<scenario_nemesis> nemesis{};
  std::optional<std::vector<std::string>> properties{}; ///< None: all.
  growth_bounds growth; ///< What a node may hold more at the end than at the start.
  duration lag_max{};   ///< How old a read of the readonly clients may be.
};

/// The words that its reader knows.
struct scenario_words {
  std::vector<std::string> fault_kinds;
  std::vector<std::string> properties;
};

/// Reads TOML. Fails with ec::invalid_config, naming `path`, the line, the thing that is
/// wrong and what would be right.
[[nodiscard]] expected<scenario> parse_scenario(
  std::string_view text, const std::string& path, const scenario_words& words);

/// Reads the file `path`. Fails with ec::not_found or ec::system when it cannot be read,
/// else as above.
[[nodiscard]] expected<scenario>
read_scenario(const std::string& path, const scenario_words& words);

/// Whether such a cluster has what a fault's target names: "n2", "master:1".
[[nodiscard]] bool is_target(const std::string& text, const scenario_cluster& cluster);

/// What a simulator is asked for: the sizes, the length and all faults of the scenario.
[[nodiscard]] sim_request request_of(const scenario& x, std::uint64_t seed);

/// The kinds of faults that the scenario names: those written down, and those that its
/// nemesis may draw.
[[nodiscard]] std::set<std::string> switched_on(const scenario& x);

/// All faults of the scenario, by time and numbered: those written down, and those that
/// its nemesis draws from `seed`.
[[nodiscard]] fault_plan plan_of(const scenario& x, std::uint64_t seed);

} // namespace troupe::lab
