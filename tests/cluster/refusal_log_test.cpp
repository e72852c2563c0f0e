#include "cluster/refusal_log.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

using namespace std::chrono_literals;

const auto refusals_start = time_point{} + 1h;

error refusal_number(std::size_t number) {
  return fail(ec::foreign_cluster, "cluster " + std::to_string(number));
}

TEST_CASE("refusal_log: a reason is told once") {
  auto subject = refusal_log{};
  const auto told
    = subject.refused(fail(ec::version_mismatch, "upgrade"), refusals_start);
  REQUIRE(told);
  CHECK(told->why.find("upgrade") != std::string::npos);
  CHECK(told->untold == 0);
  CHECK_FALSE(
    subject.refused(fail(ec::version_mismatch, "upgrade"), refusals_start + 24h));
  CHECK(subject.refused(fail(ec::in_use, "a copied data directory"), refusals_start));
}

TEST_CASE("refusal_log: what mends itself is not told") {
  auto subject = refusal_log{};
  for (auto code : {ec::unreachable, ec::deadline_exceeded, ec::busy, ec::already_exists})
    CHECK_FALSE(subject.refused(fail(code, "later"), refusals_start));
}

TEST_CASE("refusal_log: remembers so many, the newest") {
  auto subject = refusal_log{};
  auto now = refusals_start;
  for (std::size_t i = 0; i <= refusals_remembered_max; ++i)
    CHECK(subject.refused(refusal_number(i), now += 1min));
  CHECK_FALSE(subject.refused(refusal_number(1), now += 1min));
  CHECK(subject.refused(refusal_number(0), now += 1min));
}

TEST_CASE(
  "refusal_log: a minute has a bounded number, and the next tells how many fell") {
  auto subject = refusal_log{};
  auto number = std::size_t{0};
  for (auto i = 0U; i < refusal_log::per_minute_max; ++i)
    CHECK(subject.refused(refusal_number(number++), refusals_start + 30s));
  for (auto i = 0; i < 7; ++i)
    CHECK_FALSE(subject.refused(refusal_number(number++), refusals_start + 89s));
  const auto next = subject.refused(refusal_number(number++), refusals_start + 90s);
  REQUIRE(next);
  CHECK(next->untold == 7);
  CHECK(subject.refused(refusal_number(number), refusals_start + 90s)->untold == 0);
}

TEST_CASE("refusal_log: what fell to the bound is told when it comes again") {
  auto subject = refusal_log{};
  for (std::size_t i = 0; i < refusal_log::per_minute_max; ++i)
    CHECK(subject.refused(refusal_number(i), refusals_start));
  const auto late = fail(ec::in_use, "a copied data directory");
  CHECK_FALSE(subject.refused(late, refusals_start));
  CHECK(subject.refused(late, refusals_start + 1min));
}

} // namespace
} // namespace troupe::cluster
