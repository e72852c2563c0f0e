#include "router/call_lines.hpp"

#include <chrono>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace std::chrono_literals;

namespace {

const auto lines_start = time_point{} + 1h;

} // namespace

TEST_CASE("call_lines: failed calls and slow ones are told, others are not") {
  auto lines = call_lines{500ms};
  CHECK_FALSE(lines.ended(false, 500ms, lines_start));
  const auto slow = lines.ended(false, 501ms, lines_start);
  REQUIRE(slow);
  CHECK(slow->kind == call_lines::kind::slow);
  const auto failed = lines.ended(true, 501ms, lines_start);
  REQUIRE(failed);
  CHECK(failed->kind == call_lines::kind::failed);
}

TEST_CASE("call_lines: a second has a bounded number, and the next tells how many fell") {
  auto lines = call_lines{500ms};
  for (auto i = 0U; i < call_lines::per_second_max; ++i)
    CHECK(lines.ended(true, 1ms, lines_start + 900ms));
  for (auto i = 0; i < 7; ++i)
    CHECK_FALSE(lines.ended(true, 1ms, lines_start + 1'899ms));
  const auto next = lines.ended(true, 1ms, lines_start + 1'900ms);
  REQUIRE(next);
  CHECK(next->untold == 7);
  CHECK(lines.ended(true, 1ms, lines_start + 1'900ms)->untold == 0);
}
