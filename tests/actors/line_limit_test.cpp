#include "actors/base/line_limit.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using untold = std::optional<std::uint64_t>;

const auto limit_start = time_point{} + 1h;

} // namespace

TEST_CASE("line_limit: a window has a bounded number, and the next tells how many fell") {
  auto limit = line_limit{3, 1s};
  for (auto i = 0; i < 3; ++i)
    CHECK(limit.take(limit_start) == untold{0});
  for (auto i = 0; i < 7; ++i)
    CHECK(limit.take(limit_start + 999ms) == std::nullopt);
  CHECK(limit.take(limit_start + 1s) == untold{7});
  CHECK(limit.take(limit_start + 1s) == untold{0});
}

TEST_CASE("line_limit: a window begins with its first line") {
  auto limit = line_limit{1, 1s};
  CHECK(limit.take(limit_start + 900ms) == untold{0});
  CHECK(limit.take(limit_start + 1'800ms) == std::nullopt);
  CHECK(limit.take(limit_start + 1'900ms) == untold{1});
}

TEST_CASE("line_limit: the clock's first second is one like any other") {
  auto limit = line_limit{1, 1s};
  CHECK(limit.take(time_point{} + 1ms) == untold{0});
  CHECK(limit.take(time_point{} + 2ms) == std::nullopt);
  CHECK(limit.take(time_point{} + 1'001ms) == untold{1});
}
