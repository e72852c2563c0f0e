#include "cluster/suspicion.hpp"
#include "tests/cluster/membership_fixture.hpp"

#include <chrono>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace std::chrono_literals;
using troupe::test::numbered;

TEST_CASE("suspicion: Lifeguard IV-B, the time-out falls with the log of confirmations") {
  // The table of memberlist's suspicion_test.go, rounded where that one cuts.
  CHECK(suspicion_timeout(0, 3, 2s, 30s) == 30s);
  CHECK(suspicion_timeout(1, 3, 2s, 30s) == 16s);
  CHECK(suspicion_timeout(2, 3, 2s, 30s) == 7'811ms);
  CHECK(suspicion_timeout(3, 3, 2s, 30s) == 2s);
  CHECK(suspicion_timeout(4, 3, 2s, 30s) == 2s);
}

TEST_CASE("suspicion: where nobody can confirm, the shortest time-out holds") {
  CHECK(suspicion_timeout(0, 0, 2s, 30s) == 2s);
}

TEST_CASE("suspicion: an accuser counts once, the first one not at all") {
  auto t0 = time_point{} + 5s;
  auto open = suspicion{numbered(1), {.expected = 3, .min = 2s, .max = 30s}, t0};
  CHECK(open.deadline() == t0 + 30s);
  CHECK(!open.confirm(numbered(1)));
  CHECK(open.deadline() == t0 + 30s);
  CHECK(open.confirm(numbered(2)));
  CHECK(!open.confirm(numbered(2)));
  CHECK(open.deadline() == t0 + 16s);
}

TEST_CASE("suspicion: accusers beyond those expected are not worth passing on") {
  auto open = suspicion{numbered(1), {.expected = 1, .min = 2s, .max = 30s}, {}};
  CHECK(open.confirm(numbered(2)));
  CHECK(!open.confirm(numbered(3)));
}

TEST_CASE("suspicion: it is ripe once it lasted for the shortest time") {
  auto t0 = time_point{};
  auto open = suspicion{numbered(1), {.expected = 1, .min = 2s, .max = 30s}, t0};
  CHECK(!open.ripe(t0 + 1'999ms));
  CHECK(open.ripe(t0 + 2s));
}

TEST_CASE("suspicion: time that was lost is given back") {
  auto t0 = time_point{};
  auto open = suspicion{numbered(1), {.expected = 0, .min = 2s, .max = 30s}, t0};
  open.defer(5s);
  CHECK(open.deadline() == t0 + 7s);
  CHECK(!open.ripe(t0 + 6s));
}
