#include "registry/owner_watch.hpp"
#include "tests/registry/samples.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

using namespace std::chrono_literals;
using nodes = std::vector<node_id>;

constexpr auto watch_start = time_point{} + 1h;
constexpr auto first_life = incarnation{1};
constexpr auto second = incarnation{2};

// Nodes 1 to `count`, up, each with one provider of a service that all offer.
struct owner_watch_fixture {
  explicit owner_watch_fixture(std::uint64_t count) {
    for (std::uint64_t n = 1; n <= count; ++n) {
      census[node(n)] = {"common"};
      CHECK(watch.up(node(n), first_life, watch_start) == nodes{node(n)});
    }
  }

  nodes lose(std::uint64_t n, time_point now) {
    auto changed = watch.down(node(n), first_life, census, now);
    watch.check_invariants();
    return changed;
  }

  owner_state state(std::uint64_t n) const { return watch.find(node(n))->state; }

  owner_watch watch{registry_config{}};
  provider_census census;
};

TEST_CASE("owner_watch: the loss of one owner among several is believed") {
  auto f = owner_watch_fixture{3};
  CHECK(f.lose(1, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::down);
  CHECK(f.watch.due_probes(watch_start).empty());
}

TEST_CASE("owner_watch: losing more than the share in one window is doubted") {
  auto f = owner_watch_fixture{4};
  CHECK(f.lose(1, watch_start) == nodes{node(1)});
  CHECK(f.lose(2, watch_start + 1s) == nodes{node(2)}); // Half is not more than half.
  CHECK(f.state(2) == owner_state::down);
  CHECK(f.lose(3, watch_start + 10s) == nodes{node(3), node(1), node(2)});
  for (std::uint64_t n = 1; n <= 3; ++n)
    CHECK(f.state(n) == owner_state::unconfirmed);
  CHECK(f.watch.due_probes(watch_start + 10s).size() == 3);
}

TEST_CASE("owner_watch: losses further apart than the window are believed") {
  auto f = owner_watch_fixture{4};
  (void)f.lose(1, watch_start);
  (void)f.lose(2, watch_start + 10'001ms);
  (void)f.lose(3, watch_start + 20'002ms);
  for (std::uint64_t n = 1; n <= 3; ++n)
    CHECK(f.state(n) == owner_state::down);
}

TEST_CASE("owner_watch: owners without providers do not count") {
  auto f = owner_watch_fixture{4};
  f.census.erase(node(1));
  f.census.erase(node(2));
  for (std::uint64_t n = 1; n <= 3; ++n)
    (void)f.lose(n, watch_start);
  CHECK(f.state(1) == owner_state::down);
  CHECK(f.state(3) == owner_state::down); // One of two providers is not more than half.
}

TEST_CASE("owner_watch: a single owner is below the least number for a mass loss") {
  auto f = owner_watch_fixture{2};
  f.census[node(1)] = {"common", "common", "common"};
  CHECK(f.lose(1, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::down);
}

TEST_CASE("owner_watch: the loss of a service's last provider is doubted") {
  auto f = owner_watch_fixture{9};
  f.census[node(1)] = {"common", "rare"};
  CHECK(f.lose(1, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::unconfirmed);
}

TEST_CASE("owner_watch: all providers lost just before the last one come back with it") {
  auto f = owner_watch_fixture{9};
  f.census[node(1)] = {"rare"};
  f.census[node(2)] = {"rare"};
  (void)f.lose(3, watch_start);
  CHECK(f.lose(1, watch_start) == nodes{node(1)});
  CHECK(f.lose(2, watch_start + 1s) == nodes{node(2), node(1)});
  CHECK(f.state(1) == owner_state::unconfirmed);
  CHECK(f.state(3) == owner_state::down);
}

TEST_CASE("owner_watch: a failed probe ends the doubt, and is not doubted again") {
  auto f = owner_watch_fixture{3};
  f.census[node(1)] = {"rare"};
  (void)f.lose(1, watch_start);
  CHECK(f.watch.probed(node(1), first_life, false, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::down);
  (void)f.lose(2, watch_start);
  (void)f.lose(3, watch_start);
  CHECK(f.state(1) == owner_state::down);
}

TEST_CASE("owner_watch: an answered probe vouches for it until a later one fails") {
  auto f = owner_watch_fixture{1};
  (void)f.lose(1, watch_start);
  CHECK(
    f.watch.due_probes(watch_start)
    == std::vector{owner_watch::probe{node(1), first_life}});
  CHECK(f.watch.probed(node(1), first_life, true, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::vouched);
  CHECK(f.watch.probed(node(1), first_life, true, watch_start).empty());
  CHECK(f.watch.due_probes(watch_start + 4'999ms).empty());
  CHECK(f.watch.next_probe() == watch_start + 5s);
  CHECK(f.watch.due_probes(watch_start + 5s).size() == 1);
  CHECK(f.watch.probed(node(1), first_life, false, watch_start + 5s) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::down);
  CHECK_FALSE(f.watch.next_probe());
}

TEST_CASE("owner_watch: time alone does not end the doubt") {
  auto f = owner_watch_fixture{1};
  (void)f.lose(1, watch_start);
  for (auto later = watch_start; later < watch_start + 48h; later += 1h)
    CHECK(f.watch.due_probes(later).size() == 1);
  CHECK(f.state(1) == owner_state::unconfirmed);
}

TEST_CASE("owner_watch: membership's word that it lives ends the doubt") {
  auto f = owner_watch_fixture{1};
  (void)f.lose(1, watch_start);
  CHECK(f.watch.up(node(1), first_life, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::up);
  CHECK(f.watch.due_probes(watch_start).empty());
}

TEST_CASE("owner_watch: a probe of what is not in doubt changes nothing") {
  auto f = owner_watch_fixture{2};
  CHECK(f.watch.probed(node(1), first_life, false, watch_start).empty());
  CHECK(f.watch.probed(node(7), first_life, false, watch_start).empty());
  (void)f.lose(1, watch_start);
  CHECK(f.watch.probed(node(1), first_life, true, watch_start).empty());
  CHECK(f.state(1) == owner_state::down);
}

TEST_CASE("owner_watch: news of an older incarnation changes nothing") {
  auto f = owner_watch_fixture{2};
  CHECK(f.watch.up(node(1), second, watch_start) == nodes{node(1)});
  CHECK(f.lose(1, watch_start).empty());
  CHECK(f.watch.up(node(1), first_life, watch_start).empty());
  CHECK(f.watch.left(node(1), first_life, watch_start).empty());
  CHECK(f.state(1) == owner_state::up);
}

TEST_CASE(
  "owner_watch: an incarnation that was never seen up is not doubted when it is lost") {
  auto f = owner_watch_fixture{2};
  f.census[node(1)] = {"rare"};
  CHECK(f.watch.down(node(1), second, f.census, watch_start) == nodes{node(1)});
  CHECK(f.state(1) == owner_state::down);
}

TEST_CASE("owner_watch: what left in an incarnation does not come back in it") {
  auto f = owner_watch_fixture{2};
  CHECK(f.watch.left(node(1), first_life, watch_start) == nodes{node(1)});
  CHECK(f.watch.left(node(1), first_life, watch_start).empty());
  CHECK(f.watch.up(node(1), first_life, watch_start).empty());
  CHECK(f.lose(1, watch_start).empty());
  CHECK(f.watch.up(node(1), second, watch_start) == nodes{node(1)});
}

TEST_CASE("owner_watch: a repeated loss changes nothing") {
  auto f = owner_watch_fixture{1};
  (void)f.lose(1, watch_start);
  (void)f.watch.probed(node(1), first_life, true, watch_start);
  CHECK(f.lose(1, watch_start).empty());
  CHECK(f.state(1) == owner_state::vouched);
}

} // namespace
} // namespace troupe::registry::test
