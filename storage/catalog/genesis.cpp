#include "storage/catalog/genesis.hpp"

#include "actors/base/config.hpp"
#include "storage/catalog/placement_wire.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

expected<storage_genesis> genesis_of(const cluster::charter& x) {
  return decode_genesis(as_bytes(x.settings));
}

expected<founding> founding_of(const cluster::charter& x) {
  auto genesis = genesis_of(x);
  if (!genesis)
    return std::move(genesis.error());
  auto result = founding{{{}, genesis->timing}, {{catalog_slot, catalog_slot}}};
  for (const auto& node : x.founders) {
    auto number = std::uint64_t{result.config.members.size() + 1};
    result.config.members.push_back({replica_id{number}, node, member_role::voter});
  }
  return result;
}

std::optional<replica_id>
founding_replica(const cluster::charter& x, const node_id& node) {
  auto found = std::ranges::find(x.founders, node);
  if (found == x.founders.end())
    return std::nullopt;
  return replica_id{static_cast<std::uint64_t>(found - x.founders.begin()) + 1};
}

std::vector<genesis_difference>
differences(const storage_genesis& here, const storage_genesis& agreed) {
  auto result = std::vector<genesis_difference>{};
  auto compare = [&](const char* key, const std::string& ours, const std::string& all) {
    if (ours != all)
      result.push_back({key, ours, all});
  };
  const auto& x = here.timing;
  const auto& y = agreed.timing;
  compare(
    "storage.shards", std::to_string(here.shard_count),
    std::to_string(agreed.shard_count));
  compare(
    "storage.replicas", std::to_string(here.replica_count),
    std::to_string(agreed.replica_count));
  compare("storage.ack", to_string(x.ack), to_string(y.ack));
  compare("storage.beat", to_text(x.beat), to_text(y.beat));
  compare(
    "storage.election_timeout", to_text(x.election_timeout), to_text(y.election_timeout));
  compare("storage.lease", to_text(x.lease), to_text(y.lease));
  compare(
    "storage.drift_percent", std::to_string(x.drift_percent),
    std::to_string(y.drift_percent));
  return result;
}

} // namespace troupe::storage
