/// All that is told of a chaos run: what the report shows and the verdict rests on.
#pragma once

#include "actors/base/time.hpp"
#include "apps/lab/chaos/node_usage.hpp"
#include "apps/lab/chaos/strike.hpp"
#include "apps/lab/chaos/watcher.hpp"
#include "apps/lab/check/history.hpp"
#include "apps/lab/check/masterships.hpp"
#include "apps/lab/check/run_checks.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

/// Times are since the run's start.
struct run_record {
  std::string scenario;
  std::uint64_t seed = 0;
  std::string world;
  std::string cluster; ///< For people: "3 nodes, 2 shards, 3 replicas, ack quorum".
  std::vector<std::string> nodes;
  std::map<std::uint64_t, std::vector<storage::slot_range>> slots; ///< By shard.
  duration healed{};                                               ///< When faults ended.
  duration ended{};                                                ///< With final reads.
  std::vector<strike> strikes;
  std::vector<member_sample> members;
  std::vector<mastership> masterships;
  std::vector<usage_row> usages; ///< By node, in the order of `nodes`.
  history operations;
  std::optional<std::uint64_t> app_operations{}; ///< Done, when there is an app.
  checks_result checks;                          ///< With what the run itself found.
};

/// The shard that holds `key`; none when no shard does.
[[nodiscard]] std::optional<std::uint64_t>
shard_of(const run_record& x, const std::string& key);

/// How long writes were not acknowledged after a strike, in the shard where it was worst:
/// from the strike to the first acknowledgement of a write that was sent after it.
struct write_pause {
  std::size_t strike = 0; ///< Its place in `strikes`.
  std::uint64_t shard = 0;
  std::optional<duration> length; ///< None: never again.
};

/// How long that may be by what is known of elections, three times: a longer one is an
/// alarm, not a violation, for a busy machine can make one.
[[nodiscard]] duration write_pause_alarm(const strike& x);

/// Of every strike that found somebody. Cost: O(operations * strikes).
[[nodiscard]] std::vector<write_pause> write_pauses(const run_record& x);

/// The `share`-th part of `values`, 0.5 being the median; zero when there are none.
[[nodiscard]] duration quantile(std::vector<duration> values, double share);

} // namespace troupe::lab
