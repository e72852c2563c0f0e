#include "actors/address.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace troupe::actors {
namespace {

TEST_CASE("address: reads host and port, IPv6 in brackets") {
  struct {
    std::string_view text;
    address expected;
  } table[] = {
    {"localhost:7400", {"localhost", 7400}},
    {"127.0.0.1:0", {"127.0.0.1", 0}},
    {"[::1]:7400", {"::1", 7400}},
    {"[n1]:65535", {"n1", 65535}},
    {"n1.example.org:1", {"n1.example.org", 1}},
  };
  for (const auto& [text, expected] : table) {
    CAPTURE(text);
    auto result = parse_address(text);
    REQUIRE(result);
    CHECK(*result == expected);
  }
}

TEST_CASE("address: refuses what is not an address, quoting it") {
  for (auto text :
       {"", ":", "n1", "n1:", ":7400", "n1:x", "n1:-1", "n1:+1", "n1: 1", "n1:1 ",
        "n1:65536", "n1:99999999999", "::1:7400", "::1", "[::1]", "[]:7400",
        "n1:7400:1"}) {
    CAPTURE(text);
    auto result = parse_address(text);
    REQUIRE(!result);
    CHECK(code_of(result.error()) == ec::invalid_argument);
    auto quoted = "'" + std::string{text} + "' is not an address; write host:port";
    CHECK(sentence_of(result.error()).find(quoted) == 0);
  }
}

TEST_CASE("address: prints as it is read") {
  for (auto text : {"n1:7400", "[fe80::1]:1", "10.0.0.1:0"}) {
    CAPTURE(text);
    CHECK(to_string(*parse_address(text)) == text);
  }
}

} // namespace
} // namespace troupe::actors
