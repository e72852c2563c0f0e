#include "apps/lab/chaos/cluster_probe.hpp"

#include "apps/node/admin_client.hpp"

#include <chrono>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto probe_deadline = 1s;
constexpr auto shards_deadline = 3s; // The node asks the others first.

} // namespace

expected<apps::shards_reply> ask_shards(const std::vector<apps::local_node>& nodes) {
  auto trouble = fail(ec::unreachable, "no node runs");
  auto client = apps::admin_client{};
  for (const auto& node : nodes) {
    trouble = client.connect(to_string(node.link), probe_deadline);
    if (trouble)
      continue;
    auto result = client.ask(apps::shards_query{}, shards_deadline);
    if (result)
      return result;
    trouble = result.error();
  }
  return trouble;
}

std::optional<std::string>
find_master(const std::vector<apps::local_node>& nodes, std::uint64_t shard) {
  const auto all = ask_shards(nodes);
  if (!all)
    return std::nullopt;
  for (const auto& x : all->shards)
    if (x.shard.value() == shard && x.master)
      return to_string(*x.master);
  return std::nullopt;
}

} // namespace troupe::lab
