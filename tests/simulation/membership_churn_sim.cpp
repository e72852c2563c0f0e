/// Nodes that come under a fresh identity and go for ever: what they leave behind.
#include "tests/simulation/membership_world.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

TEST_CASE("membership churn: who came and went is reclaimed by all, and for good") {
  constexpr auto stay_count = std::size_t{5};
  constexpr auto node_count = std::size_t{45};
  auto most_listed = std::size_t{0};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    auto chosen = membership_world::options{};
    chosen.node_count = node_count;
    chosen.seed = seed;
    chosen.loss_ratio = 0.05;
    chosen.config.reclaim_after = 60s;
    auto world = membership_world{chosen};
    for (std::size_t i = 0; i < stay_count; ++i)
      world.start(i, {0});
    world.run_for(20s);
    for (auto i = stay_count; i < node_count; ++i) {
      world.start(i, {i % stay_count});
      world.run_for(10s);
      if (i % 2 == 0)
        world.leave(i);
      world.run_for(3s);
      world.crash(i);
      for (std::size_t on = 0; on < stay_count; ++on)
        most_listed = std::max(most_listed, world.core(on).members().size());
    }
    world.run_for(60s + 60s); // The last is found dead, and reclaimed.
    for (std::size_t on = 0; on < stay_count; ++on)
      CHECK(world.core(on).members().size() == stay_count);
    CHECK(world.views_are_true());
    CHECK(world.wrong_deaths() == 0);
    auto told = std::set<std::pair<std::size_t, std::size_t>>{};
    for (const auto& x : world.deaths())
      CHECK(told.emplace(x.on, x.of).second); // Once: nobody is reminded of the gone.
  }
  // Of 40 at most those of the last 60 s, and what it took to find them.
  CHECK(most_listed <= stay_count + 12);
  MESSAGE("most members listed, of 5 that stay and 40 that came and went: ", most_listed);
}
