/// The registry under loss, duplication, reordering, partitions and restarts.
///
/// A failure prints its seed: run again with REGISTRY_SEED set to it for that run alone.
/// SEEDS multiplies the number of seeds by a whole number, for a wider search by hand.
#include "tests/simulation/registry_world.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

namespace troupe::test {
namespace {

using namespace registry;
using namespace std::chrono_literals;

entry_key provider(const std::string& name) { return {entry_kind::provider, name, "a"}; }

registry_config tight() {
  auto config = registry_config{};
  config.gossip_interval = 500ms;
  config.retention = 40s;
  config.collect_interval = 5s;
  config.owner_tombstones_max = 3;
  config.delta_bytes_max = 1'400;
  config.owner_bytes_max = 1'200;
  config.value_bytes_max = 100;
  config.key_bytes_max = 100;
  config.unacked_max = 3;
  config.probe_interval = 2s;
  return config;
}

// One run: which faults it has is drawn, then two minutes of them, then peace.
class schedule {
public:
  explicit schedule(std::uint64_t seed) : world_{options_of(seed)} {
    auto& random = world_.random();
    cuts_ = random.chance(0.6);
    crashes_ = random.chance(0.6);
    leaves_ = random.chance(0.3);
  }

  void run() {
    for (int second = 0; second < 120; ++second) {
      for (auto n = world_.random().below(4); n > 0; --n)
        operate();
      disturb();
      world_.run_for(1s);
    }
    world_.heal();
    world_.lose(0);
    for (std::size_t i = 0; i < world_.size(); ++i)
      if (!world_.up(i))
        world_.start(i);
    // Peace: the catalog's replicas catch up too, within a few calls.
    for (int second = 0; second < 40; ++second) {
      world_.tell(0, false);
      world_.run_for(1s);
    }
  }

  registry_world& world() { return world_; }

private:
  static registry_world::options options_of(std::uint64_t seed) {
    auto random = random_source{seed};
    auto result = registry_world::options{};
    result.seed = seed;
    result.config = tight();
    result.node_count = random.between(std::uint64_t{2}, std::uint64_t{6});
    result.loss_ratio = random.chance(0.5) ? 0.3 * random.uniform() : 0;
    result.duplicate_ratio = random.chance(0.5) ? 0.2 : 0;
    result.delay_max = random.chance(0.5) ? duration{20ms} : duration{900ms};
    return result;
  }

  void operate() {
    auto& random = world_.random();
    auto i = random.below(world_.size());
    auto name = "s" + std::to_string(random.below(5));
    auto value = std::to_string(++writes_);
    auto dice = random.uniform();
    if (dice < 0.2)
      world_.commit(
        "r" + name, random.chance(0.7) ? std::optional{value} : std::nullopt,
        random.chance(0.1));
    else if (dice < 0.4)
      world_.tell(random.below(2), random.chance(0.2));
    else if (!world_.up(i))
      return;
    else if (dice < 0.7)
      world_.put(i, provider(name), value);
    else if (dice < 0.9)
      world_.erase(i, provider(name));
    else
      world_.put(i, {entry_kind::consumer, random.chance(0.5) ? name : "s*", "a"}, "");
  }

  void disturb() {
    auto& random = world_.random();
    auto i = random.below(world_.size());
    if (cuts_ && random.chance(0.05))
      world_.cut(random());
    else if (cuts_ && random.chance(0.05))
      world_.heal();
    if (crashes_ && random.chance(0.08))
      world_.up(i) ? world_.crash(i) : world_.start(i);
    if (leaves_ && random.chance(0.02) && world_.up(i))
      world_.leave(i);
  }

  registry_world world_;
  std::uint64_t writes_ = 0;
  bool cuts_ = false;
  bool crashes_ = false;
  bool leaves_ = false;
};

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const auto* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void add(registry_world::counters& sum, const registry_world::counters& x) {
  sum.messages += x.messages;
  sum.lost += x.lost;
  sum.full_deltas += x.full_deltas;
  sum.gaps += x.gaps;
  sum.coalesced += x.coalesced;
  sum.unconfirmed += x.unconfirmed;
  sum.reports += x.reports;
}

TEST_CASE("registry simulation: replicas converge to what the owners wrote") {
  auto only = number_from_environment("REGISTRY_SEED", 0);
  auto first = only == 0 ? 1 : only;
  auto last = only == 0 ? 300 * number_from_environment("SEEDS", 1) : only;
  auto sum = registry_world::counters{};
  for (auto seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    auto x = schedule{seed};
    x.run();
    CHECK(x.world().all_serve_the_truth());
    CHECK(x.world().nobody_is_behind());
    CHECK(x.world().counted().reports == 0);
    add(sum, x.world().counted());
  }
  // Each kind of trouble struck, or the runs prove nothing.
  if (only == 0) {
    CHECK(sum.lost > 0);
    CHECK(sum.full_deltas > 0);
    CHECK(sum.gaps > 0);
    CHECK(sum.coalesced > 0);
    CHECK(sum.unconfirmed > 0);
  }
  MESSAGE(
    "messages " << sum.messages << ", lost " << sum.lost << ", full deltas "
                << sum.full_deltas << ", gaps " << sum.gaps << ", coalesced "
                << sum.coalesced << ", unconfirmed " << sum.unconfirmed);
}

TEST_CASE("registry simulation: the same seed is the same run") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto a = schedule{seed};
    auto b = schedule{seed};
    auto c = schedule{seed + 1};
    a.run();
    b.run();
    c.run();
    CHECK(a.world().trace() == b.world().trace());
    CHECK(a.world().trace() != c.world().trace());
  }
}

TEST_CASE(
  "registry simulation: one away for longer than the retention forgets the erased") {
  auto options = registry_world::options{.node_count = 3, .config = tight()};
  options.news_delay_max = 1h; // Membership never notices, so nobody drops an owner.
  auto world = registry_world{options};
  world.put(0, provider("s1"), "erased while it was away");
  world.put(0, provider("s2"), "kept");
  world.run_for(10s);
  REQUIRE(world.core(2).lookup(entry_kind::provider, "s1").size() == 1);
  world.cut(0b100);
  world.erase(0, provider("s1"));
  world.run_for(60s);
  REQUIRE(world.core(0).state().find(owner_id{world.id(0)})->tombstone_count() == 0);
  REQUIRE(world.core(2).lookup(entry_kind::provider, "s1").size() == 1);
  world.heal();
  world.run_for(10s);
  CHECK(world.core(2).lookup(entry_kind::provider, "s1").empty());
  CHECK(world.core(2).lookup(entry_kind::provider, "s2").size() == 1);
  CHECK(world.counted().full_deltas > 0);
}

TEST_CASE(
  "registry simulation: a restarted owner's entries are its new incarnation's alone") {
  auto world = registry_world{{.node_count = 4, .config = tight()}};
  world.put(0, provider("s1"), "first incarnation");
  world.put(0, provider("s2"), "first incarnation");
  world.run_for(10s);
  world.crash(0);
  world.start(0);
  world.put(0, provider("s2"), "second incarnation");
  world.run_for(15s);
  CHECK(world.all_serve_the_truth());
  CHECK(world.core(3).lookup(entry_kind::provider, "s1").empty());
  CHECK(world.core(3).version_of(owner_id{world.id(0)}) == version{2, 1});
}

TEST_CASE(
  "registry simulation: a node that is cut off believes its probes, not the first news") {
  auto world = registry_world{{.node_count = 6, .config = tight()}};
  for (std::size_t i = 0; i < 6; ++i)
    world.put(i, provider("s" + std::to_string(i)), "v");
  world.run_for(15s);
  world.cut(0b000001);
  world.run_for(30s);
  // No probe of node 0's is answered: that is evidence, so its list shrinks to itself.
  CHECK(world.core(0).lookup(entry_kind::provider, {}).size() == 1);
  CHECK(world.core(1).lookup(entry_kind::provider, {}).size() == 5);
  CHECK(world.counted().unconfirmed > 0);
  world.heal();
  world.run_for(15s);
  CHECK(world.all_serve_the_truth());
}

TEST_CASE("registry simulation: a change reaches sixty nodes within ten rounds") {
  auto config = registry_config{};
  config.gossip_interval = 1s;
  auto world = registry_world{{.node_count = 60, .config = config}};
  world.run_for(30s);
  world.put(0, provider("s1"), "v");
  world.run_for(10s);
  for (std::size_t i = 0; i < world.size(); ++i)
    CHECK(world.core(i).lookup(entry_kind::provider, "s1").size() == 1);
}

} // namespace
} // namespace troupe::test
