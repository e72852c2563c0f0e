#include "apps/lab/check/counters.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

TEST_CASE("check_counter: a sum between the acknowledged and all is good") {
  for (const auto* sum : {"1", "2"})
    CHECK(check_counter(
            {add_by(1, "1", {0, 1}), add_by(2, "", {2}), read_by(3, sum, {4, 5})}, {})
            .empty());
}

TEST_CASE("check_counter: less than was acknowledged is a loss") {
  CHECK(has(
    check_counter(
      {add_by(1, "1", {0, 1}), add_by(1, "2", {2, 3}), read_by(3, "1", {4, 5})}, {}),
    property::nothing_lost));
  CHECK(has(
    check_counter({add_by(1, "1", {0, 1}), read_by(3, std::nullopt, {4, 5})}, {}),
    property::nothing_lost));
}

TEST_CASE("check_counter: two additions with one sum are a loss") {
  CHECK(has(
    check_counter({add_by(1, "1", {0, 3}), add_by(2, "1", {0, 3})}, {}),
    property::nothing_lost));
}

TEST_CASE("check_counter: more than was sent was executed twice") {
  CHECK(has(
    check_counter(
      {add_by(1, "1", {0, 1}), refused(add_by(2, "", {0, 1})), read_by(3, "2", {4, 5})},
      {}),
    property::nothing_twice));
}

TEST_CASE("check_counter: an answer below what was told before is stale") {
  const auto all = history{
    add_by(1, "1", {0, 1}), add_by(1, "2", {2, 3}), readonly(read_by(2, "1", {5, 6})),
    read_by(2, "2", {7, 8})};
  CHECK(has(check_counter(all, {}), property::fresh));
  CHECK_FALSE(has(check_counter(all, 2ms), property::fresh));
}

TEST_CASE("check_counter: a client's answers do not go back") {
  const auto all = history{
    add_by(1, "1", {0, 1}), add_by(1, "2", {2, 3}), read_by(1, "1", {5, 6}),
    read_by(2, "2", {7, 8})};
  CHECK(has(check_counter(all, 1s), property::sessions));
}
