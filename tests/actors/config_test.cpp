#include "actors/base/config.hpp"

#include <chrono>
#include <limits>

#include <doctest/doctest.h>

namespace troupe {

using namespace std::chrono_literals;

TEST_CASE("config: a duration prints in the largest unit that is exact") {
  CHECK(to_text(0ns) == "0 ns");
  CHECK(to_text(250ms) == "250 ms");
  CHECK(to_text(1500ms) == "1500 ms");
  CHECK(to_text(120s) == "2 min");
  CHECK(to_text(-24h) == "-1 d");
  CHECK(to_text(duration::min()) == "-9223372036854775808 ns");
}

TEST_CASE("config: a size prints in the largest unit that is exact") {
  CHECK(to_text(byte_size{0}) == "0 B");
  CHECK(to_text(byte_size{1025}) == "1025 B");
  CHECK(to_text(mib(4)) == "4 MiB");
  CHECK(to_text(gib(1024)) == "1 TiB");
}

TEST_CASE("config: what is printed reads back") {
  for (auto x : {0ns, 1ns, duration{250ms}, duration{90s}, duration{24h}})
    CHECK(*parse_duration(to_text(x)) == x);
  for (auto x : {byte_size{7}, kib(3), mib(4), gib(2000)})
    CHECK(*parse_size(to_text(x)) == x);
}

TEST_CASE("config: the blank before a unit may be missing") {
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_size("4KiB") == kib(4));
}

TEST_CASE("config: a bad value is refused by a sentence that quotes it") {
  CHECK(
    sentence_of(parse_duration("ms").error())
    == "'ms' does not start with a whole number");
  CHECK(
    sentence_of(parse_duration("5").error())
    == "'5' needs a unit: one of ns us ms s min h d");
  CHECK(
    sentence_of(parse_size("4 MB").error())
    == "'4 MB' needs a unit: one of B KiB MiB GiB TiB");
  CHECK(sentence_of(parse_size("16777216 TiB").error()) == "'16777216 TiB' is too large");
  CHECK(
    sentence_of(parse_size("99999999999999999999 B").error())
    == "'99999999999999999999 B' is too large");
  CHECK(parse_duration("106752 d").error() == ec::invalid_config);
  CHECK(parse_duration("-1 s").error() == ec::invalid_config);
  CHECK(parse_duration("").error() == ec::invalid_config);
}

TEST_CASE("config: the bounds of a range belong to it") {
  CHECK(!check_range("a.b", 10ms, 10ms, 1s));
  CHECK(!check_range("a.b", 1s, 10ms, 1s));
  CHECK(!check_range("a.b", 3U, 1, 3));
  CHECK(check_range("a.b", std::numeric_limits<double>::quiet_NaN(), 0.0, 1.0));
}

TEST_CASE("config: a value out of range is named with its key and the range") {
  CHECK(
    render(check_range("a.b", 9ms, 10ms, 1min))
    == "invalid_config: a.b is 9 ms; allowed is 10 ms to 1 min");
  CHECK(
    sentence_of(check_range("a.b", kib(5), kib(1), kib(4)))
    == "a.b is 5 KiB; allowed is 1 KiB to 4 KiB");
  CHECK(sentence_of(check_range("a.b", 1.5, 0, 1)) == "a.b is 1.5; allowed is 0 to 1");
  CHECK(sentence_of(check_range("a.b", -1, 0, 7)) == "a.b is -1; allowed is 0 to 7");
}

TEST_CASE("config: of several errors the first is told") {
  CHECK(!first_error({error{}, error{}}));
  CHECK(first_error({error{}, fail(ec::busy, "x"), fail(ec::system, "y")}) == ec::busy);
}

} // namespace troupe
