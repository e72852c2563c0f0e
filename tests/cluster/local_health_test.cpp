#include "cluster/local_health.hpp"

#include <doctest/doctest.h>

using troupe::cluster::local_health;

TEST_CASE("local_health: Lifeguard IV-A, the score counts up and down and saturates") {
  auto health = local_health{8};
  health.improve();
  CHECK(health.score() == 0);
  CHECK(health.multiplier() == 1);
  health.worsen(3);
  CHECK(health.multiplier() == 4);
  health.worsen(100);
  CHECK(health.score() == 8);
  CHECK(health.multiplier() == 9);
  health.improve();
  CHECK(health.score() == 7);
}
