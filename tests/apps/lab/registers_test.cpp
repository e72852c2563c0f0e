#include "apps/lab/check/registers.hpp"
#include "apps/lab/check/run_checks.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;

namespace {

constexpr auto steps_max = std::size_t{100'000};

violations found_in(const history& operations) {
  return check_register(operations, steps_max).found;
}

} // namespace

TEST_CASE("check_register: a good history has no violations") {
  CHECK(
    found_in({write_by(1, "a", {0, 2}), read_by(2, "a", {1, 3}), write_by(1, "b", {4}),
              read_by(2, "a", {5, 6}), read_by(2, "b", {7, 8})})
      .empty());
}

TEST_CASE("check_register: a stale read has no order") {
  const auto found = found_in(
    {write_by(1, "a", {0, 1}), write_by(1, "b", {2, 3}), read_by(2, "a", {4, 5}),
     read_by(2, "b", {6, 7})});
  CHECK(has(found, property::linearizable));
  CHECK(found.front().explanation.find("cannot be placed next") != std::string::npos);
}

TEST_CASE("check_register: an acknowledged write that is gone at the end is lost") {
  CHECK(has(
    found_in(
      {write_by(1, "a", {0, 1}), write_by(1, "b", {2, 3}), read_by(2, "a", {4, 5})}),
    property::nothing_lost));
  CHECK(has(
    found_in({write_by(1, "a", {0, 1}), read_by(2, std::nullopt, {4, 5})}),
    property::nothing_lost));
}

TEST_CASE("check_register: a write of unknown fate may overwrite late") {
  auto given_up = write_by(1, "a", {0, 1});
  given_up.outcome = operation_outcome::unknown;
  CHECK(found_in({given_up, write_by(2, "b", {2, 3}), read_by(2, "a", {4, 5})}).empty());
}

TEST_CASE("check_register: a read of a refused write is found") {
  CHECK(has(
    found_in({refused(write_by(1, "a", {0, 1})), read_by(2, "a", {2, 3})}),
    property::nothing_invented));
}

TEST_CASE("check_register: two masters that both take writes are found") {
  // Each side of a split brain sees its own write alone.
  CHECK(has(
    found_in(
      {write_by(1, "a", {0, 1}), write_by(2, "b", {2, 3}), read_by(1, "a", {4, 5}),
       read_by(2, "b", {6, 7}), read_by(1, "a", {8, 9})}),
    property::linearizable));
}

TEST_CASE(
  "run_checks: counts outcomes, and leaves out properties that are not asked for") {
  const auto all = history{
    write_by(1, "a", {0, 1}), write_by(1, "b", {2, 3}), read_by(2, "a", {4, 5}),
    refused(write_by(1, "c", {6, 7})), write_by(1, "d", {8})};
  const auto result = run_checks(all, {}, {.properties = {property::nothing_lost}});
  CHECK(result.done_count == 3);
  CHECK(result.refused_count == 1);
  CHECK(result.unknown_count == 1);
  CHECK(result.key_count == 1);
  REQUIRE(result.found.size() == 1);
  CHECK(result.found.front().property == property::nothing_lost);
}

TEST_CASE("run_checks: registers that nobody could decide are a violation") {
  auto all = history{};
  for (int i = 0; i < 14; ++i)
    all.push_back(write_by(static_cast<std::size_t>(i), std::to_string(i), {0, 100}));
  all.push_back(read_by(20, "0", {101, 102}));
  all.push_back(read_by(20, "1", {103, 104}));
  const auto result = run_checks(all, {}, {.steps_max = 1'000});
  CHECK(result.undecided_count == 1);
  CHECK(has(result.found, property::linearizable));
}
