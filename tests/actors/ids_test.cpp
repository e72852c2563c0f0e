#include "actors/base/ids.hpp"

#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>

#include <doctest/doctest.h>

namespace troupe {
namespace {

// One identifier never passes for another, nor for its bare value, nor the value for it.
static_assert(!std::is_convertible_v<lsn, epoch>);
static_assert(!std::is_constructible_v<epoch, lsn>);
static_assert(!std::is_convertible_v<std::uint64_t, lsn>);
static_assert(!std::is_convertible_v<lsn, std::uint64_t>);
static_assert(!std::equality_comparable_with<lsn, epoch>);
static_assert(!std::is_convertible_v<node_id, cluster_id>);

constexpr auto sample = uuid{0x0123456789abcdef, 0xfedcba9876543210};

TEST_CASE("strong: orders and compares as its value") {
  CHECK(lsn{3} == lsn{3});
  CHECK(lsn{3} != lsn{4});
  CHECK(lsn{3} < lsn{4});
  CHECK(node_name{"n1"} < node_name{"n2"});
}

TEST_CASE("strong: is zero or empty by default") {
  CHECK(epoch{}.value() == 0);
  CHECK(node_name{}.value().empty());
  CHECK(node_id{}.value().nil());
}

TEST_CASE("strong: next is one more") {
  CHECK(incarnation{41}.next() == incarnation{42});
}

TEST_CASE("strong: prints as its value, the same with to_string and <<") {
  auto printed = [](const auto& x) {
    auto out = std::ostringstream{};
    out << x;
    CHECK(out.str() == to_string(x));
    return out.str();
  };
  CHECK(printed(shard_id{7}) == "7");
  CHECK(printed(slot{16'383}) == "16383");
  CHECK(printed(node_name{"n1"}) == "n1");
  CHECK(printed(node_id{sample}) == "0123456789abcdeffedcba9876543210");
}

TEST_CASE("strong: hashes as its value") {
  CHECK(std::hash<lsn>{}(lsn{9}) == std::hash<std::uint64_t>{}(9));
  auto names
    = std::unordered_set<node_name>{node_name{"a"}, node_name{"b"}, node_name{"a"}};
  CHECK(names.size() == 2);
}

TEST_CASE("uuid: keeps its most significant byte first") {
  CHECK(sample.value().front() == 0x01);
  CHECK(sample.value().at(7) == 0xef);
  CHECK(sample.value().at(8) == 0xfe);
  CHECK(sample.value().back() == 0x10);
  CHECK(sample == uuid{sample.value()});
}

TEST_CASE("uuid: only the one of all zeros is nil") {
  CHECK(uuid{}.nil());
  CHECK_FALSE(uuid{0, 1}.nil());
  CHECK_FALSE(uuid{1, 0}.nil());
}

TEST_CASE("uuid: is read as it was printed, and in capitals") {
  auto parsed = uuid{};
  REQUIRE(parse(to_string(sample), parsed));
  CHECK(parsed == sample);
  parsed = {};
  REQUIRE(parse("0123456789ABCDEFFEDCBA9876543210", parsed));
  CHECK(parsed == sample);
}

TEST_CASE("uuid: refuses other text and leaves the result alone") {
  constexpr auto bad = std::array{
    "",
    "0123456789abcdeffedcba987654321",   // 31 digits
    "0123456789abcdeffedcba98765432100", // 33 digits
    "0123456789abcdeffedcba987654321g",  // not hex, in the lower digit
    "0123456789abcdeffedcba98765432g0",  // in the upper digit
    "01234567-89ab-cdef-fedc-ba98765432",
    " 123456789abcdeffedcba9876543210",
    "0x23456789abcdeffedcba9876543210",
  };
  for (auto* text : bad) {
    CAPTURE(text);
    auto result = sample;
    CHECK_FALSE(parse(text, result));
    CHECK(result == sample);
  }
}

TEST_CASE("uuid: does not read past the end of a text that is too short") {
  auto digits = to_string(sample);
  auto result = uuid{};
  CHECK_FALSE(parse(std::string_view{digits}.substr(0, 31), result));
  CHECK(result.nil());
}

TEST_CASE("uuid: hashes of neighbours differ, in every byte") {
  auto hashes = std::unordered_set<std::size_t>{};
  for (std::size_t i = 0; i < 16; ++i) {
    auto bytes = sample.value();
    ++bytes[i];
    hashes.insert(std::hash<uuid>{}(uuid{bytes}));
  }
  CHECK(hashes.size() == 16);
}

} // namespace
} // namespace troupe
