/// Small words for tests of the data router: nodes n1 to n3, maps of them, requests, and
/// an asker with its calls.
#pragma once

#include "router/data/data_calls.hpp"
#include "tests/router/cluster_fixture.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::test {

inline const auto t0 = time_point{} + std::chrono::hours{1};

inline const auto n1 = node_of(1);
inline const auto n2 = node_of(2);
inline const auto n3 = node_of(3);

inline constexpr auto s1 = shard_id{1};
inline constexpr auto s2 = shard_id{2};

/// A map under construction: shard 1 has the slots to 8191, shard 2 the others.
struct map_words {
  std::uint64_t version = 1;
  std::map<shard_id, std::pair<std::uint64_t, std::optional<node_id>>> masters;
  std::set<node_id> dead;
  std::uint16_t border = 8'192; ///< The first slot of shard 2.

  [[nodiscard]] router::data_map_ptr build() const {
    auto shards = std::map<shard_id, router::shard_route>{};
    for (const auto& [shard, route] : masters)
      shards[shard] = {epoch{route.first}, route.second, {n1, n2, n3}};
    auto nodes = std::map<node_id, router::data_node>{};
    for (const auto& id : {n1, n2, n3})
      nodes[id] = {node_name{"n"}, incarnation{1}, {}, !dead.contains(id)};
    auto slots = storage::slot_map{
      {{{slot{0}, slot{static_cast<std::uint16_t>(border - 1)}}, s1},
       {{slot{border}, slot{16'383}}, s2}}};
    return std::make_shared<router::data_map>(
      version, std::move(slots), std::move(shards), std::move(nodes));
  }
};

/// n1 is master of shard 1, n2 of shard 2.
inline map_words two_masters() { return {1, {{s1, {1, n1}}, {s2, {1, n2}}}, {}, 8'192}; }

inline const auto session = storage::client_id{n1, incarnation{1}, 1};

inline router::data_call
write_call(std::uint64_t number, duration time_left = std::chrono::seconds{5}) {
  return {
    {},
    slot{1},
    storage::data_write{
      {session, number}, 1, storage::command{"SET " + std::to_string(number)}, {}},
    t0 + time_left};
}

inline router::data_call read_call(duration time_left = std::chrono::seconds{5}) {
  return {
    {},
    slot{1},
    storage::data_read{storage::read_level::lease, {"k"}, storage::command{"GET"}},
    t0 + time_left};
}

inline storage::data_answer answer_to(
  const storage::data_request& x, storage::answer_status status,
  std::optional<node_id> hint = {}) {
  auto ok = status == storage::answer_status::ok;
  return {
    x.id, status, ok ? "reply" : "",
    ok ? storage::position{epoch{1}, lsn{7}} : storage::position{}, hint};
}

/// Calls with what they said last.
struct asker {
  explicit asker(
    const map_words& map = two_masters(), router::data_calls_config config = {})
      : calls{config, random_source{7}} {
    calls.map_is(map.build(), t0, out);
  }

  void clear() { out = {}; }

  router::data_call_id call(router::data_call x, duration at = {}) {
    clear();
    return calls.call(std::move(x), t0 + at, out);
  }

  void answer(
    const storage::data_request& x, storage::answer_status status, duration at = {},
    std::optional<node_id> hint = {}) {
    clear();
    calls.answered({answer_to(x, status, hint)}, t0 + at, out);
  }

  void map(const map_words& x, duration at = {}) {
    clear();
    calls.map_is(x.build(), t0 + at, out);
  }

  void tick(duration at) {
    clear();
    calls.tick(t0 + at, out);
  }

  void lose(const node_id& node, duration at = {}) {
    clear();
    calls.lost(node, t0 + at, out);
  }

  /// The only request that was dispatched, which goes to `node`.
  storage::data_request only(const node_id& node) {
    REQUIRE(out.dispatches.size() == 1);
    REQUIRE(out.dispatches[0].node == node);
    REQUIRE(out.dispatches[0].requests.size() == 1);
    return out.dispatches[0].requests[0];
  }

  router::data_outcome ending() {
    REQUIRE(out.endings.size() == 1);
    return out.endings[0].outcome;
  }

  [[nodiscard]] bool quiet() const {
    return out.dispatches.empty() && out.endings.empty();
  }

  router::data_calls calls;
  router::data_calls::output out;
};

inline std::vector<std::uint64_t> numbers_in(const router::data_calls::dispatch& x) {
  auto result = std::vector<std::uint64_t>{};
  for (const auto& each : x.requests)
    result.push_back(std::get<storage::data_write>(each.what).request.number);
  return result;
}

} // namespace troupe::test
