#include "apps/mall/sale_floor.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

namespace troupe::mall {
namespace {

using namespace std::chrono_literals;

const auto t0 = time_point{};

sale_floor two_buyers() { return {{{"a", 10}, {"b", 20}}, 2, random_source{7}, t0}; }

TEST_CASE("sale_floor: each buyer has one order under way") {
  auto floor = two_buyers();
  auto asks = floor.next_asks(t0);
  REQUIRE(asks.size() == 2);
  CHECK(asks[0].name == "b1-1");
  CHECK(asks[0].what.buyer == "b1");
  CHECK(asks[1].name == "b2-1");
  CHECK(floor.next_asks(t0).empty());
  floor.answered(0, reservation::reserved, t0 + 1ms);
  asks = floor.next_asks(t0 + 1ms);
  REQUIRE(asks.size() == 1);
  CHECK(asks[0].name == "b1-2");
}

TEST_CASE("sale_floor: after an error the same order is asked for again") {
  auto floor = two_buyers();
  auto first = floor.next_asks(t0);
  floor.answered(1, fail(ec::deadline_exceeded, "late"), t0 + 1s);
  auto again = floor.next_asks(t0 + 1s);
  REQUIRE(again.size() == 1);
  CHECK(again[0].name == first[1].name);
  CHECK(again[0].item == first[1].item);
  CHECK(again[0].what == first[1].what);
  floor.answered(1, reservation::reserved, t0 + 3s);
  CHECK(floor.totals().retries == 1);
  CHECK(floor.totals().longest_wait == 3s);
}

TEST_CASE("sale_floor: waits and gaps are those of acknowledged orders") {
  auto floor = two_buyers();
  static_cast<void>(floor.next_asks(t0));
  floor.answered(0, reservation::reserved, t0 + 10ms);
  floor.answered(1, reservation::reserved, t0 + 40ms);
  CHECK(floor.totals().orders == 2);
  CHECK(floor.totals().longest_gap == 30ms);
  CHECK(floor.waits() == std::vector<duration>{10ms, 40ms});
}

TEST_CASE("sale_floor: what is sold out for one piece is wanted no more") {
  auto floor = sale_floor{{{"a", 1}}, 30, random_source{7}, t0};
  auto single = std::set<std::uint32_t>{};
  for (const auto& x : floor.next_asks(t0)) {
    single.insert(x.what.quantity);
    if (x.what.quantity > 1)
      floor.answered(x.buyer, reservation::sold_out, t0);
  }
  REQUIRE(single.size() == 3);
  CHECK_FALSE(floor.sold_out());
  for (const auto& x : floor.next_asks(t0))
    if (x.what.quantity == 1) {
      floor.answered(x.buyer, reservation::sold_out, t0);
      break;
    }
  CHECK(floor.sold_out());
}

TEST_CASE("sale_floor: the journal has every order once, the open ones as unknown") {
  auto floor = two_buyers();
  static_cast<void>(floor.next_asks(t0));
  floor.answered(0, reservation::reserved, t0);
  static_cast<void>(floor.next_asks(t0));
  floor.answered(0, fail(ec::link_lost, "gone"), t0);
  auto book = floor.close();
  CHECK(book.stocked.size() == 2);
  REQUIRE(book.attempts.size() == 3);
  CHECK(book.attempts[0].result == attempt_result::acknowledged);
  CHECK(book.attempts[1].result == attempt_result::unknown);
  CHECK(book.attempts[1].name == "b1-2");
  CHECK(book.attempts[2].result == attempt_result::unknown);
}

} // namespace
} // namespace troupe::mall
