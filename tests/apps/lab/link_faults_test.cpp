#include "apps/lab/chaos/link_faults.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

using nodes = std::vector<std::size_t>;

link_fault make(std::string_view kind, std::size_t target, std::size_t node_count) {
  auto random = random_source{1};
  return make_link_fault(kind, target, node_count, random);
}

bool cuts(const link_fault& x, std::size_t from, std::size_t to) {
  const auto found = x.rules.find({from, to});
  return found != x.rules.end() && found->second.cut;
}

} // namespace

TEST_CASE("link_faults: halves cut a minority from the others, both ways") {
  const auto x = make("halves", 4, 5);
  CHECK(x.nodes == nodes{4, 0});
  CHECK(cuts(x, 4, 1));
  CHECK(cuts(x, 2, 0));
  CHECK_FALSE(cuts(x, 4, 0));
  CHECK_FALSE(cuts(x, 1, 3));
  CHECK(x.rules.size() == 12);
  CHECK(make("halves", 1, 3).nodes == nodes{1});
}

TEST_CASE("link_faults: one way loses what the target sends alone") {
  const auto x = make("one_way", 1, 3);
  CHECK(cuts(x, 1, 0));
  CHECK(cuts(x, 1, 2));
  CHECK_FALSE(cuts(x, 0, 1));
  CHECK(x.rules.size() == 2);
}

TEST_CASE("link_faults: isolation cuts the target off") {
  const auto x = make("isolate", 2, 4);
  CHECK(x.nodes == nodes{2});
  CHECK(x.rules.size() == 6);
}

TEST_CASE("link_faults: a ring leaves each node its neighbours") {
  const auto x = make("ring", 0, 5);
  CHECK(x.nodes.size() == 5);
  CHECK(x.rules.size() == 10);
  CHECK(cuts(x, 0, 2));
  CHECK_FALSE(cuts(x, 0, 4));
  CHECK_FALSE(cuts(x, 0, 1));
}

TEST_CASE("link_faults: disturbances hold for all links") {
  for (const auto* kind : {"loss", "delay", "duplicate", "reorder"}) {
    const auto x = make(kind, 0, 3);
    CHECK(x.rules.size() == 6);
    CHECK(x.rules.begin()->second != link_rule{});
    CHECK_FALSE(x.rules.begin()->second.cut);
  }
}

TEST_CASE("link_faults: two faults of one link are both there") {
  const auto both
    = combine({.loss = 0.2, .delay = 1ms}, {.cut = true, .loss = 0.1, .jitter = 2ms});
  CHECK(both == link_rule{.cut = true, .loss = 0.2, .delay = 1ms, .jitter = 2ms});
}
