#include "router/data/data_map.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

namespace {

const auto node1 = node_id{uuid{0, 1}};

data_map map_of(std::vector<storage::slot_map::range> ranges) {
  auto shards = std::map<shard_id, shard_route>{
    {shard_id{1}, {epoch{4}, node1, {node1}}}, {shard_id{2}, {epoch{5}, {}, {node1}}}};
  return {7, {std::move(ranges)}, std::move(shards), {}};
}

} // namespace

TEST_CASE("data_map: a slot is its range's shard, and none between the ranges") {
  auto map = map_of(
    {{{slot{0}, slot{99}}, shard_id{2}}, {{slot{101}, slot{16383}}, shard_id{1}}});
  CHECK(map.shard_of(slot{0}) == shard_id{2});
  CHECK(map.shard_of(slot{99}) == shard_id{2});
  CHECK(map.shard_of(slot{100}) == std::nullopt);
  CHECK(map.shard_of(slot{101}) == shard_id{1});
  CHECK(map.shard_of(slot{16383}) == shard_id{1});
}

TEST_CASE("data_map: one that knows nothing has no shard for any slot") {
  auto map = data_map{};
  CHECK(map.version() == 0);
  CHECK(map.shard_of(slot{16383}) == std::nullopt);
  CHECK(map.master_of(shard_id{1}) == std::nullopt);
}

TEST_CASE("data_map: the master of a shard is its route's, where there is one") {
  auto map = map_of({});
  CHECK(map.master_of(shard_id{1}) == node1);
  CHECK(map.master_of(shard_id{2}) == std::nullopt);
  CHECK(map.master_of(shard_id{3}) == std::nullopt);
  CHECK(map.find(shard_id{2})->at == epoch{5});
  CHECK(map.find(shard_id{3}) == nullptr);
}

TEST_CASE("data_map: the slots of a shard are all its ranges, ascending") {
  auto first = storage::slot_range{slot{0}, slot{9}};
  auto second = storage::slot_range{slot{20}, slot{29}};
  auto map = map_of(
    {{first, shard_id{1}}, {{slot{10}, slot{19}}, shard_id{2}}, {second, shard_id{1}}});
  CHECK(map.slots_of(shard_id{1}) == std::vector{first, second});
  CHECK(map.slots_of(shard_id{3}).empty());
}
