/// A cluster for the tests of what clients are shown: three nodes and three shards.
#pragma once

#include "router/resp/cluster_view.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

inline node_id node_of(std::uint64_t number) { return node_id{uuid{0, number}}; }

inline router::data_node
reachable_node(const std::string& name, const std::string& host, unsigned number) {
  auto port = [&](unsigned base) { return host + ':' + std::to_string(base + number); };
  return {node_name{name}, incarnation{1}, {port(7400), port(7500), port(7600)}, true};
}

/// Shards 1 and 3 on n1, shard 2 on n2, n3 only slaves; n4 holds nothing. The catalog is
/// n3's.
struct cluster_fixture {
  std::map<shard_id, router::shard_route> shards{
    {shard_id{0}, {epoch{2}, node_of(3), {node_of(1), node_of(2), node_of(3)}}},
    {shard_id{1}, {epoch{4}, node_of(1), {node_of(1), node_of(2), node_of(3)}}},
    {shard_id{2}, {epoch{9}, node_of(2), {node_of(2), node_of(3), node_of(1)}}},
    {shard_id{3}, {epoch{5}, node_of(1), {node_of(1), node_of(3)}}},
  };
  std::vector<storage::slot_map::range> ranges{
    {{slot{0}, slot{5'460}}, shard_id{1}},
    {{slot{5'461}, slot{10'922}}, shard_id{2}},
    {{slot{10'923}, slot{16'382}}, shard_id{3}},
    {{slot{16'383}, slot{16'383}}, shard_id{3}},
  };
  std::map<node_id, router::data_node> nodes{
    {node_of(1), reachable_node("n1", "127.0.0.1", 1)},
    {node_of(2), reachable_node("n2", "127.0.0.1", 2)},
    {node_of(3), reachable_node("n3", "127.0.0.1", 3)},
    {node_of(4), reachable_node("n4", "[::1]", 4)},
  };

  [[nodiscard]] router::cluster_view seen_by(std::uint64_t number) const {
    auto map = std::make_shared<const router::data_map>(
      1, storage::slot_map{ranges}, shards, nodes);
    return {map, node_of(number)};
  }
};

} // namespace troupe::test
