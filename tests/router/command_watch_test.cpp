#include "router/resp/command_watch.hpp"

#include <chrono>
#include <optional>

#include <doctest/doctest.h>

namespace troupe::router {
namespace {

using namespace std::chrono_literals;

constexpr auto watch_start = time_point{1h};

TEST_CASE("command_watch: nothing is late before a command has begun") {
  auto watch = command_watch{30s};
  CHECK_FALSE(watch.late_at());
  watch.sees(std::nullopt, watch_start);
  CHECK_FALSE(watch.late_at());
}

TEST_CASE("command_watch: a command has its time from its first byte, however it drips") {
  auto watch = command_watch{30s};
  watch.sees(1, watch_start);
  CHECK(watch.late_at() == watch_start + 30s);
  for (auto at = watch_start; at < watch_start + 1min; at += 1s)
    watch.sees(1, at);
  CHECK(watch.late_at() == watch_start + 30s);
}

TEST_CASE("command_watch: each command has a time of its own") {
  auto watch = command_watch{30s};
  watch.sees(1, watch_start);
  watch.sees(2, watch_start + 20s);
  CHECK(watch.late_at() == watch_start + 50s);
  watch.sees(std::nullopt, watch_start + 21s);
  CHECK_FALSE(watch.late_at());
}

TEST_CASE("command_watch: while the client is not read no time counts") {
  auto watch = command_watch{30s};
  watch.sees(1, watch_start);
  watch.sees(std::nullopt, watch_start + 29s);
  watch.sees(1, watch_start + 1h);
  CHECK(watch.late_at() == watch_start + 1h + 30s);
}

} // namespace
} // namespace troupe::router
