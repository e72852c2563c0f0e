/// Registries that know each other, whose messages arrive at once.
#pragma once

#include "registry/registry_core.hpp"
#include "tests/registry/samples.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include <doctest/doctest.h>

namespace troupe::registry::test {

using output = registry_core::output;

inline constexpr auto t0 = time_point{} + std::chrono::hours{1};
inline constexpr auto first = incarnation{1};
inline constexpr auto second = incarnation{2};
inline const auto shop = provider("shop");

inline registry_core core(std::uint64_t n, troupe::incarnation incarnation = first) {
  return {registry_config{}, node(n), incarnation, n, t0};
}

inline output put(registry_core& x, const entry_key& key, std::string_view value) {
  auto out = x.put(key, bytes(value), t0);
  REQUIRE(out);
  x.check_invariants();
  return std::move(*out);
}

struct cluster {
  explicit cluster(std::uint64_t count) {
    for (std::uint64_t n = 1; n <= count; ++n)
      cores.emplace(node(n), core(n));
    for (auto& [id, x] : cores)
      for (const auto& [peer, y] : cores)
        (void)x.owner_up(peer, first, t0);
  }

  registry_core& at(std::uint64_t n) { return cores.at(node(n)); }

  /// Performs the sends of `out`, made by node `n`, and of all answers. Counts messages.
  int deliver(std::uint64_t n, output out) {
    auto flying = std::deque<std::pair<node_id, registry_core::send>>{};
    auto count = 0;
    auto launch = [&](const node_id& from, output x) {
      for (auto& message : x.sends)
        flying.emplace_back(from, std::move(message));
    };
    launch(node(n), std::move(out));
    for (; !flying.empty(); ++count) {
      auto [from, message] = std::move(flying.front());
      flying.pop_front();
      auto& to = cores.at(message.to);
      launch(message.to, to.heard(from, message.what, t0));
      to.check_invariants();
    }
    return count;
  }

  int sync(std::uint64_t from, std::uint64_t to) {
    return deliver(from, at(from).sync_with(node(to), t0));
  }

  std::map<node_id, registry_core> cores;
};

inline std::size_t count_of(const registry_core& x, const entry_key& key) {
  return x.lookup(key.kind, key.name).size();
}

} // namespace troupe::registry::test
