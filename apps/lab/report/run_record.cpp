#include "apps/lab/report/run_record.hpp"

#include "router/resp/key_slot.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::lab {

namespace {

using first_acks = std::map<std::uint64_t, std::optional<duration>>; // By shard.

bool is_acknowledged_write(const recorded_operation& x) {
  return x.call != operation_call::read && x.done();
}

/// When each shard first acknowledged a write that was sent after `when`.
first_acks
acks_after(const run_record& x, const std::vector<std::uint64_t>& shards, duration when) {
  auto result = first_acks{};
  for (const auto& [shard, ranges] : x.slots)
    if (!ranges.empty())
      result[shard] = std::nullopt;
  for (std::size_t i = 0; i < x.operations.size(); ++i) {
    const auto& operation = x.operations[i];
    if (!is_acknowledged_write(operation) || operation.invoked < when)
      continue;
    auto& first = result[shards[i]];
    first = std::min(first.value_or(duration::max()), *operation.returned);
  }
  return result;
}

write_pause longest(std::size_t strike, duration begun, const first_acks& acks) {
  auto result = write_pause{strike, 0, duration::zero()};
  for (const auto& [shard, first] : acks) {
    if (!first)
      return {strike, shard, std::nullopt};
    if (*first - begun > *result.length)
      result = {strike, shard, *first - begun};
  }
  return result;
}

} // namespace

std::optional<std::uint64_t> shard_of(const run_record& x, const std::string& key) {
  const auto slot = router::key_slot(key);
  for (const auto& [shard, ranges] : x.slots)
    if (std::ranges::any_of(ranges, [slot](const auto& r) { return r.contains(slot); }))
      return shard;
  return std::nullopt;
}

duration write_pause_alarm(const strike& x) {
  using namespace std::chrono_literals;
  const auto& kind = x.fault.kind;
  if (kind == "kill" || kind == "restart")
    return 3 * duration{1s}; // Its links break at once.
  const auto nobody_is_there
    = kind == "kill_all" && x.ended ? *x.ended - x.begun : duration::zero();
  return 3 * duration{2'500ms} + nobody_is_there;
}

std::vector<write_pause> write_pauses(const run_record& x) {
  auto shards = std::vector<std::uint64_t>{};
  for (const auto& operation : x.operations)
    shards.push_back(shard_of(x, operation.key).value_or(0));
  auto result = std::vector<write_pause>{};
  for (std::size_t i = 0; i < x.strikes.size(); ++i)
    if (x.strikes[i].struck())
      result.push_back(
        longest(i, x.strikes[i].begun, acks_after(x, shards, x.strikes[i].begun)));
  return result;
}

duration quantile(std::vector<duration> values, double share) {
  if (values.empty())
    return {};
  std::ranges::sort(values);
  const auto place = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(place, 1.0)) - 1];
}

} // namespace troupe::lab
