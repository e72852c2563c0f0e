/// The properties of membership, on clusters of cores over a simulated network.
///
/// Figures that a property is about are printed with `MESSAGE`. The environment variable
/// SEEDS multiplies the number of seeds by a whole number, for a wider search by hand.
#include "tests/simulation/membership_world.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

std::uint64_t seeds(std::uint64_t count) {
  const auto* factor = std::getenv("SEEDS");
  return factor ? count * std::strtoull(factor, nullptr, 10) : count;
}

double seconds(duration x) { return std::chrono::duration<double>(x).count(); }

/// A cluster in which all know all. The world is at rest: gossip has faded.
membership_world settled(const membership_world::options& chosen) {
  auto world = membership_world{chosen};
  world.start_all(0s);
  REQUIRE(world.run_until([&] { return world.all_up() && world.views_are_true(); }, 60s));
  world.run_for(20s);
  return world;
}

membership_world::options of_size(std::size_t node_count, std::uint64_t seed) {
  auto result = membership_world::options{};
  result.node_count = node_count;
  result.seed = seed;
  return result;
}

/// How long it takes until all views are true again.
duration repair_time(membership_world& world, duration limit) {
  auto took = world.run_until([&] { return world.views_are_true(); }, limit);
  REQUIRE(took);
  return *took;
}

/// By when all know of a crash that no broken link betrays. The first probe of the dead
/// node is missing after t intervals with probability e^-t (SWIM section 3.1): 12 of them
/// fail once in 160,000 crashes. Then that probe, the shortest suspicion (within 12
/// intervals there are accusers enough), and the spread of the word.
duration detection_bound(const membership_config& config, std::size_t node_count) {
  return 12 * config.probe_interval + config.probe_interval
         + suspicion_min(config, node_count) + 10 * config.gossip_interval;
}

struct spread {
  duration sum{};
  duration worst{};
  int count = 0;

  void add(duration x) {
    sum += x;
    worst = std::max(worst, x);
    ++count;
  }

  [[nodiscard]] std::string text() const {
    return "mean " + std::to_string(seconds(sum) / count) + " s, worst "
           + std::to_string(seconds(worst)) + " s of " + std::to_string(count);
  }
};

void check_join(membership_world& world, duration limit) {
  auto done = [&] { return world.all_up() && world.views_are_true(); };
  REQUIRE(world.run_until(done, limit));
  CHECK(world.news_count(member_event::suspected) == 0);
}

} // namespace

TEST_CASE("membership join: all find each other through any one seed, all at once") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    CAPTURE(seed);
    auto world = membership_world{of_size(10, seed)};
    world.start_all(0s, seed % 10);
    check_join(world, 10s);
  }
  auto large = membership_world{of_size(100, 1)};
  large.start_all(0s, 42);
  check_join(large, 10s);
}

TEST_CASE("membership join: all find each other whoever starts first") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    CAPTURE(seed);
    auto world = membership_world{of_size(10, seed)};
    world.start_all(10s, seed % 10); // Whom the seed is started after tries again.
    check_join(world, 20s);
  }
}

TEST_CASE("membership join: a chain of seeds is enough") {
  auto world = membership_world{of_size(10, 1)};
  for (std::size_t i = 0; i < 10; ++i)
    world.start(i, {i == 0 ? 0 : i - 1});
  check_join(world, 10s);
}

TEST_CASE("membership join: under 20 % loss too") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    CAPTURE(seed);
    auto chosen = of_size(10, seed);
    chosen.loss_ratio = 0.2;
    auto world = membership_world{chosen};
    world.start_all(0s);
    auto done = [&] { return world.all_up() && world.views_are_true(); };
    REQUIRE(world.run_until(done, 60s));
  }
}

TEST_CASE("membership crash: all know within the bound, and nobody else is accused") {
  for (std::size_t node_count : {3U, 10U, 100U}) {
    auto found = spread{};
    for (std::uint64_t seed = 1; seed <= seeds(node_count == 100 ? 3 : 30); ++seed) {
      CAPTURE(node_count);
      CAPTURE(seed);
      auto world = settled(of_size(node_count, seed));
      world.crash(1);
      auto limit = detection_bound({}, node_count);
      auto seen
        = world.run_until([&] { return world.all_see(1, member_state::dead); }, limit);
      REQUIRE(seen);
      found.add(*seen);
      CHECK(world.wrong_deaths() == 0);
      CHECK(world.deaths().size() == node_count - 1);
    }
    MESSAGE(node_count, " nodes, a crash is known to all: ", found.text());
  }
}

TEST_CASE("membership crash: a restart is known to all by its next incarnation") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    for (auto pause : {duration{0s}, duration{3s}, duration{60s}}) {
      CAPTURE(seed);
      CAPTURE(seconds(pause));
      auto world = settled(of_size(10, seed));
      world.crash(4);
      world.run_for(pause);
      world.start(4, {0});
      CHECK(repair_time(world, 5s) <= 5s);
      world.run_for(60s); // No late word of the old incarnation's death counts.
      CHECK(world.views_are_true());
      CHECK(world.wrong_deaths() == 0);
    }
  }
}

TEST_CASE("membership crash: all at once, and all come back") {
  auto world = settled(of_size(10, 7));
  for (std::size_t i = 0; i < 10; ++i)
    world.crash(i);
  world.run_for(5s);
  for (std::size_t i = 0; i < 10; ++i)
    world.start(i, {0});
  CHECK(repair_time(world, 10s) <= 10s);
}

TEST_CASE("membership loss: no live member is declared dead at 10 % and at 20 % loss") {
  for (auto loss_ratio : {0.1, 0.2}) {
    auto node_hours = 0.0;
    auto wrong = std::size_t{0};
    auto accused = std::size_t{0};
    auto count = [&](const membership_world::options& calm, duration length) {
      auto chosen = calm;
      chosen.loss_ratio = loss_ratio;
      chosen.duplicate_ratio = 0.01;
      auto world = membership_world{chosen};
      world.start_all(0s);
      world.run_for(length);
      node_hours += static_cast<double>(calm.node_count) * seconds(length) / 3'600;
      wrong += world.wrong_deaths();
      accused += world.news_count(member_event::accused);
    };
    for (std::uint64_t seed = 1; seed <= seeds(5); ++seed)
      count(of_size(10, seed), 30min);
    count(of_size(100, 1), 3min);
    CHECK(wrong == 0);
    CHECK(accused > 0); // The loss did strike: suspicions arose, and were refuted.
    MESSAGE(
      node_hours, " node-hours at loss ", loss_ratio, ": ", wrong, " wrong deaths, ",
      accused, " suspicions refuted");
  }
}

TEST_CASE("membership pause: a node that stands still makes it declare nobody dead") {
  struct scenario {
    duration still;
    duration awake;
  };
  const auto table
    = std::vector<scenario>{{5s, 20s}, {60s, 20s}, {2s, 300ms}, {700ms, 100ms}};
  for (const auto& row : table) {
    for (std::uint64_t seed = 1; seed <= seeds(5); ++seed) {
      CAPTURE(seconds(row.still));
      CAPTURE(seed);
      auto world = settled(of_size(10, seed));
      auto worst_health = 0U;
      for (auto run = 0; run < 40; ++run) {
        world.pause(3, row.still);
        world.run_for(row.still + 1ms);
        worst_health = std::max(worst_health, world.core(3).health());
        world.run_for(row.awake);
      }
      for (const auto& death : world.deaths())
        CHECK(death.of == 3);
      CHECK(worst_health > 0);
      world.run_for(30s);
      CHECK(world.views_are_true());
    }
  }
}

TEST_CASE("membership cut: halves cut for an hour merge by themselves, without a death") {
  for (std::size_t node_count : {3U, 10U, 100U}) {
    auto merged = spread{};
    for (std::uint64_t seed = 1; seed <= seeds(node_count == 100 ? 1 : 10); ++seed) {
      CAPTURE(node_count);
      CAPTURE(seed);
      auto world = settled(of_size(node_count, seed));
      world.cut_at(node_count / 2);
      world.run_for(1h + seed * 997ms); // Healed at any point of the attempts' interval.
      auto half = node_count / 2;
      REQUIRE(world.deaths().size() == 2 * half * (node_count - half));
      world.heal();
      merged.add(repair_time(world, 15s));
      CHECK(world.wrong_deaths() == 0);
    }
    MESSAGE(node_count, " nodes, halves cut for an hour merge: ", merged.text());
  }
}

TEST_CASE("membership cut: halves merge when the seed of all is gone for ever") {
  for (std::uint64_t seed = 1; seed <= seeds(10); ++seed) {
    CAPTURE(seed);
    auto world = settled(of_size(10, seed));
    world.crash(0);
    world.run_for(60s);
    world.cut_at(5);
    world.run_for(10min);
    world.heal();
    CHECK(repair_time(world, 60s) <= 60s);
    CHECK(world.wrong_deaths() == 0);
  }
}

TEST_CASE("membership cut: a node that came while the halves were cut is known to all") {
  auto world = membership_world{of_size(10, 3)};
  for (std::size_t i = 0; i < 9; ++i)
    world.start(i, {0});
  world.run_for(20s);
  world.cut_at(5);
  world.run_for(120s);
  world.start(9, {8}); // Its seed is in the half that the others cannot see.
  world.run_for(20s);
  world.heal();
  CHECK(repair_time(world, 15s) <= 15s);
}

TEST_CASE("membership leave: all see it as left, then and later, never as dead") {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    CAPTURE(seed);
    auto chosen = of_size(10, seed);
    chosen.loss_ratio = 0.05;
    auto world = settled(chosen);
    world.leave(6);
    auto over = [&] { return world.news_count(member_event::departed) == 1; };
    REQUIRE(world.run_until(over, 5s));
    world.crash(6); // The process ends.
    REQUIRE(world.run_until([&] { return world.all_see(6, member_state::left); }, 3s));
    world.run_for(120s);
    CHECK(world.all_see(6, member_state::left));
    CHECK(std::ranges::none_of(world.deaths(), [](auto& x) { return x.of == 6; }));
    world.start(6, {0});
    CHECK(repair_time(world, 10s) <= 10s);
  }
}

TEST_CASE("membership forget: it is forgotten on both sides of a cut, and stays so") {
  auto world = settled(of_size(10, 5));
  world.crash(9);
  world.run_for(30s);
  world.cut_at(5);
  world.run_for(60s);
  world.forget(0, 9);
  world.run_for(30s);
  CHECK(world.view(4, 9) == std::nullopt);
  CHECK(world.view(5, 9) == member_state::dead);
  world.heal();
  world.run_for(30s);
  world.start(9, {5}); // Back with its old identity: nobody lists it.
  world.run_for(60s);
  for (std::size_t i = 0; i < 9; ++i)
    CHECK(world.view(i, 9) == std::nullopt);
  CHECK(world.news_count(member_event::expelled) == 1);
}

TEST_CASE(
  "membership calm: 50 nodes of which nothing is wrong suspect nobody for an hour") {
  auto world = settled(of_size(50, 1));
  world.run_for(1h);
  CHECK(world.deaths().empty());
  CHECK(world.news_count(member_event::suspected) == 0);
}

TEST_CASE("membership starved: one of 50 nodes harms no other, and hides no crash") {
  auto world = settled(of_size(50, 1));
  world.starve(1, 2s, 200ms);
  world.run_for(10min);
  CHECK(world.deaths().empty());
  for (std::size_t victim = 2; victim < 12; ++victim) {
    CAPTURE(victim);
    world.crash(victim);
    auto others_know = [&] {
      for (std::size_t on = 0; on < 50; ++on)
        if (on != 1 && world.up(on) && world.view(on, victim) != member_state::dead)
          return false;
      return true;
    };
    CHECK(world.run_until(others_know, detection_bound({}, 50)));
  }
  CHECK(world.wrong_deaths() == 0);
}

TEST_CASE("membership trace: the same seed is the same run, another is another") {
  auto run = [](std::uint64_t seed) {
    auto chosen = of_size(10, seed);
    chosen.loss_ratio = 0.1;
    chosen.duplicate_ratio = 0.1;
    auto world = membership_world{chosen};
    world.start_all(1s);
    world.run_for(60s);
    world.crash(2);
    world.run_for(60s);
    return world.trace();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

namespace {

/// How often each fault struck over all seeds; a kind that never did proves nothing.
struct fault_counts {
  int crashes = 0;
  int starts = 0;
  int pauses = 0;
  int cuts = 0;
};

/// One fault, or the end of one, drawn at random.
void disturb(membership_world& world, random_source& random, fault_counts& counts) {
  auto i = random.below(10);
  switch (random.below(5)) {
    case 0:
      if (world.up(i)) {
        world.crash(i);
        ++counts.crashes;
      }
      break;
    case 1:
      if (!world.up(i)) {
        world.start(i, {random.below(10)});
        ++counts.starts;
      }
      break;
    case 2:
      if (world.up(i)) {
        world.pause(i, random.between(duration{100ms}, duration{20s}));
        ++counts.pauses;
      }
      break;
    case 3:
      world.cut_at(random.between(1, 9));
      ++counts.cuts;
      break;
    default:
      world.heal();
  }
}

} // namespace

TEST_CASE("membership faults: after any storm all views are true again") {
  auto counts = fault_counts{};
  auto repaired = spread{};
  for (std::uint64_t seed = 1; seed <= seeds(150); ++seed) {
    CAPTURE(seed);
    auto random = random_source{seed};
    auto chosen = of_size(10, seed);
    chosen.loss_ratio = random.chance(0.5) ? random.uniform() * 0.3 : 0;
    chosen.duplicate_ratio = random.chance(0.5) ? 0.1 : 0;
    chosen.delay_max = random.chance(0.5) ? 10ms : 400ms;
    chosen.breaks_are_seen = random.chance(0.5);
    auto world = membership_world{chosen};
    world.start_all(2s);
    world.run_for(3s);
    for (auto fault = 0; fault < 25; ++fault) {
      disturb(world, random, counts);
      world.run_for(random.between(duration{10ms}, duration{8s}));
    }
    world.heal();
    world.set_loss(0);
    for (std::size_t i = 0; i < 10; ++i)
      if (!world.up(i))
        world.start(i, {0});
    repaired.add(repair_time(world, 60s));
    world.run_for(60s);
    CHECK(world.views_are_true());
  }
  CHECK(
    (counts.crashes > 0 && counts.starts > 0 && counts.pauses > 0 && counts.cuts > 0));
  MESSAGE("after a storm all views are true: ", repaired.text());
}
