#include "apps/lab/check/lists.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

TEST_CASE("check_list: a good history has no violations") {
  const auto all = history{
    append_by(1, "a;", "2", {0, 1}), append_by(2, "b;", "6", {0, 4}),
    append_by(3, "c;", "", {1}), read_by(1, "a;", {2, 3}), read_by(1, "a;c;b;", {5, 6})};
  CHECK(check_list(all, {}).empty());
}

TEST_CASE("check_list: an acknowledged append that is gone is lost") {
  const auto all = history{
    append_by(1, "a;", "2", {0, 1}), append_by(1, "b;", "4", {2, 3}),
    read_by(2, "a;", {4, 5})};
  CHECK(has(check_list(all, {}), property::nothing_lost));
}

TEST_CASE("check_list: an element that is there twice was executed twice") {
  const auto all = history{append_by(1, "a;", "2", {0, 1}), read_by(2, "a;a;", {4, 5})};
  CHECK(has(check_list(all, {}), property::nothing_twice));
}

TEST_CASE("check_list: what was refused, or never sent, must not be there") {
  const auto refusal = refused(append_by(1, "a;", "", {0, 1}));
  CHECK(
    has(check_list({refusal, read_by(2, "a;", {4, 5})}, {}), property::nothing_invented));
  CHECK(has(check_list({read_by(2, "z;", {4, 5})}, {}), property::nothing_invented));
}

TEST_CASE("check_list: a read must not show what is sent after it") {
  const auto all = history{
    read_by(2, "a;b;", {0, 1}), append_by(1, "a;", "2", {0, 1}),
    append_by(1, "b;", "4", {2, 3})};
  CHECK(has(check_list(all, {}), property::nothing_invented));
}

TEST_CASE("check_list: the order of acknowledgements is the order of the list") {
  const auto all = history{
    append_by(1, "a;", "4", {0, 1}), append_by(2, "b;", "2", {2, 3}),
    read_by(2, "b;a;", {4, 5})};
  CHECK(has(check_list(all, {}), property::ordered));
}

TEST_CASE("check_list: a read of another branch is no beginning of the list") {
  const auto all = history{
    append_by(1, "a;", "2", {0, 9}), append_by(2, "b;", "4", {0, 9}),
    read_by(3, "b;", {2, 3}), read_by(3, "a;b;", {10, 11})};
  CHECK(has(check_list(all, {}), property::ordered));
}

TEST_CASE("check_list: an append must be told the length that it made") {
  const auto all = history{append_by(1, "a;", "4", {0, 1}), read_by(2, "a;", {4, 5})};
  CHECK(has(check_list(all, {}), property::ordered));
}

TEST_CASE("check_list: a read may be as old as is allowed, and no older") {
  const auto all = history{
    append_by(1, "a;", "2", {0, 10}), readonly(read_by(2, "", {14, 15})),
    read_by(3, "a;", {20, 21})};
  CHECK(has(check_list(all, {}), property::fresh));
  CHECK(has(check_list(all, 3ms), property::fresh));
  CHECK_FALSE(has(check_list(all, 4ms), property::fresh));
  auto of_masters = all;
  of_masters[1].readonly = false;
  CHECK(has(check_list(of_masters, 4ms), property::fresh));
}

TEST_CASE("check_list: a client sees its own appends, and what it saw before") {
  const auto own = history{
    append_by(1, "a;", "2", {0, 10}), read_by(1, "", {14, 15}),
    read_by(3, "a;", {20, 21})};
  CHECK(has(check_list(own, 1s), property::sessions));
  const auto back = history{
    append_by(1, "a;", "2", {0, 10}), read_by(2, "a;", {11, 12}),
    read_by(2, "", {14, 15}), read_by(3, "a;", {20, 21})};
  CHECK(has(check_list(back, 1s), property::sessions));
}
