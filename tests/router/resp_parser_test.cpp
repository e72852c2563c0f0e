#include "actors/base/random.hpp"
#include "router/resp/parser.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;

namespace {

using request = std::vector<std::string>;
using outcome = resp_parser::outcome;

struct parsed {
  std::vector<request> requests;
  std::string trouble;

  friend bool operator==(const parsed&, const parsed&) = default;
};

void feed(resp_parser& parser, std::string_view bytes) {
  std::ranges::copy(bytes, parser.space(bytes.size()).begin());
  parser.received(bytes.size());
}

/// Takes out what there is; false once the protocol is broken.
bool drain(resp_parser& parser, parsed& into) {
  auto arguments = std::vector<std::string_view>{};
  for (;;) {
    switch (parser.next(arguments)) {
      case outcome::request:
        into.requests.emplace_back(arguments.begin(), arguments.end());
        break;
      case outcome::more:
        return true;
      case outcome::broken:
        into.trouble = parser.trouble();
        return false;
    }
  }
}

parsed parse(std::string_view bytes, resp_limits limits = {}) {
  auto parser = resp_parser{limits};
  auto result = parsed{};
  feed(parser, bytes);
  (void)drain(parser, result);
  return result;
}

/// The same in chunks of up to `chunk_max` bytes.
parsed parse_in_chunks(
  std::string_view bytes, random_source& random, std::size_t chunk_max,
  resp_limits limits) {
  auto parser = resp_parser{limits};
  auto result = parsed{};
  while (!bytes.empty()) {
    auto chunk = std::min<std::size_t>(random.between(1, chunk_max), bytes.size());
    feed(parser, bytes.substr(0, chunk));
    bytes.remove_prefix(chunk);
    if (!drain(parser, result))
      break;
  }
  return result;
}

std::vector<request> requests_of(std::string_view bytes) { return parse(bytes).requests; }

std::string trouble_of(std::string_view bytes, resp_limits limits = {}) {
  return parse(bytes, limits).trouble;
}

/// A request, now and then a wrong one.
std::string draw_request(random_source& random) {
  constexpr auto oddities = std::to_array<std::string_view>(
    {"*0\r\n", "\r\n", "\n", "  \t\r\n", "*-1\r\n", "PING\r\n", "set a 'b c'\n",
     "get \"\\x41\\n\"\r\n", "echo \"unbalanced\r\n", "*1\r\n$-1\r\n", "*x\r\n",
     "*1\r\n:1\r\n", "*2\r\n$1\r\na\r\n\r\n", "*1\r\n$2\r\nabc\r\n", "*1\n$1\r\na\r\n",
     "*99\r\n", "*1\r\n$99\r\n", "0123456789012345678901234567890123456789\r\n"});
  if (random.chance(0.2))
    return std::string{oddities[random.below(oddities.size())]};
  auto count = random.between(1, 5);
  auto result = "*" + std::to_string(count) + "\r\n";
  for (std::uint64_t i = 0; i < count; ++i) {
    auto text = std::string(random.below(30), '\0');
    for (auto& c : text)
      c = "\r\n$*a\0\xff"[random.below(7)];
    result += "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }
  return result;
}

} // namespace

TEST_CASE("resp_parser: finds requests of bulk strings, whatever bytes are in them") {
  CHECK(
    requests_of("*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n*1\r\n$4\r\nPING\r\n")
    == std::vector<request>{{"GET", "a\r\nb"}, {"PING"}});
  CHECK(requests_of("*1\r\n$0\r\n\r\n") == std::vector<request>{{""}});
}

TEST_CASE("resp_parser: passes over requests without arguments") {
  CHECK(requests_of("*0\r\n*-1\r\n\r\n \r\nPING\r\n") == std::vector<request>{{"PING"}});
}

TEST_CASE("resp_parser: finds inline requests with either line break") {
  CHECK(
    requests_of("SET a  1\r\n\tGET a \n")
    == std::vector<request>{{"SET", "a", "1"}, {"GET", "a"}});
}

TEST_CASE("resp_parser: unquotes inline arguments as Redis does") {
  CHECK(
    requests_of("S \"a\\x41\\xg\\n\\\\\\q\" 'a\\'b\\n' x\"y z\"\r\n")
    == std::vector<request>{{"S", "aAxg\n\\q", "a'b\\n", "xy z"}});
  CHECK(requests_of("\"\" ''\r\n") == std::vector<request>{{"", ""}});
}

TEST_CASE("resp_parser: names what breaks the protocol in Redis's words") {
  auto with
    = [](std::string_view what) { return "ERR Protocol error: " + std::string{what}; };
  CHECK(trouble_of("*x\r\n") == with("invalid multibulk length"));
  CHECK(trouble_of("*01\r\n") == with("invalid multibulk length"));
  CHECK(trouble_of("*1\n") == with("invalid multibulk length"));
  CHECK(trouble_of("*131073\r\n") == with("invalid multibulk length"));
  CHECK(trouble_of("*99999999999999999999\r\n") == with("invalid multibulk length"));
  CHECK(trouble_of("*1\r\nPING\r\n") == with("expected '$', got 'P'"));
  CHECK(trouble_of("*1\r\n\r\n") == with("expected '$', got ' '"));
  CHECK(trouble_of("*1\r\n$x\r\n") == with("invalid bulk length"));
  CHECK(trouble_of("*1\r\n$1\na\r\n") == with("invalid bulk length"));
  CHECK(trouble_of("*1\r\n$-1\r\n") == with("invalid bulk length"));
  CHECK(trouble_of("GET \"a\r\n") == with("unbalanced quotes in request"));
  CHECK(trouble_of("GET 'a\r\n") == with("unbalanced quotes in request"));
  CHECK(trouble_of("GET 'a''b'\r\n") == with("unbalanced quotes in request"));
  CHECK(trouble_of("GET \"a\"b\r\n") == with("unbalanced quotes in request"));
  CHECK(trouble_of("GET \"a\\\r\n") == with("unbalanced quotes in request"));
}

TEST_CASE("resp_parser: a bulk string that is longer than announced is not cut") {
  CHECK(
    trouble_of("*1\r\n$2\r\nabc\r\n")
    == "ERR Protocol error: no line break after a bulk string");
}

TEST_CASE("resp_parser: each limit holds exactly") {
  auto limits = resp_limits{
    .argument_count_max = 2,
    .bulk_max = {5},
    .inline_max = {8},
    .request_max = {30},
  };
  CHECK(trouble_of("*2\r\n$1\r\na\r\n$5\r\n12345\r\n", limits).empty());
  CHECK(trouble_of("*3\r\n", limits) == "ERR Protocol error: invalid multibulk length");
  CHECK(trouble_of("*1\r\n$6\r\n", limits) == "ERR Protocol error: invalid bulk length");
  CHECK(parse("12345678\r\n", limits).requests.size() == 1);
  CHECK(parse("12345678\n", limits).requests.size() == 1);
  CHECK(
    trouble_of("123456789\r\n", limits) == "ERR Protocol error: too big inline request");
  CHECK(trouble_of("1234567890", limits) == "ERR Protocol error: too big inline request");
  CHECK(trouble_of("123456789", limits).empty());
  CHECK(
    trouble_of("*000000000000", limits)
    == "ERR Protocol error: too big mbulk count string");
  CHECK(
    trouble_of("*1\r\n$000000000000", limits)
    == "ERR Protocol error: too big bulk count string");
  limits.request_max = {20};
  CHECK(parse("*2\r\n$1\r\na\r\n$3\r\n123\r\n", limits).requests.size() == 1);
  CHECK(
    trouble_of("*2\r\n$1\r\na\r\n$4\r\n", limits)
    == "ERR Protocol error: too big request");
}

TEST_CASE("resp_parser: once broken, nothing more is found") {
  auto parser = resp_parser{};
  auto found = parsed{};
  // What is left of the line could be understood.
  feed(parser, "\"x\"y \"\r\nPING\r\n");
  CHECK_FALSE(drain(parser, found));
  feed(parser, "PING\r\n");
  CHECK_FALSE(drain(parser, found));
  CHECK(found.requests.empty());
}

TEST_CASE("resp_parser: finds the same in chunks of any size as in one piece") {
  auto limits = resp_limits{
    .argument_count_max = 64,
    .bulk_max = {64},
    .inline_max = {32},
    .request_max = {140},
  };
  auto broken_count = 0;
  auto request_count = std::size_t{0};
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    auto random = random_source{seed};
    auto bytes = std::string{};
    for (auto i = random.between(1, 12); i > 0; --i)
      bytes += draw_request(random);
    auto whole = parse(bytes, limits);
    CAPTURE(seed);
    REQUIRE(parse_in_chunks(bytes, random, 1, limits) == whole);
    REQUIRE(parse_in_chunks(bytes, random, 7, limits) == whole);
    REQUIRE(parse_in_chunks(bytes, random, 200, limits) == whole);
    broken_count += whole.trouble.empty() ? 0 : 1;
    request_count += whole.requests.size();
  }
  CHECK(broken_count > 100);
  CHECK(request_count > 2'000);
}

TEST_CASE("resp_parser: announced lengths cost no memory before their bytes come") {
  auto parser = resp_parser{};
  auto found = parsed{};
  feed(parser, "*131072\r\n$6000000\r\nabc");
  CHECK(drain(parser, found));
  CHECK(parser.capacity_bytes() < 100);
}

TEST_CASE("resp_parser: a large request's memory is given back") {
  auto parser = resp_parser{};
  auto found = parsed{};
  feed(parser, "*1\r\n$1000000\r\n" + std::string(1'000'000, 'x') + "\r\n");
  CHECK(drain(parser, found));
  CHECK(parser.capacity_bytes() > 1'000'000);
  feed(parser, "PING\r\n");
  CHECK(drain(parser, found));
  CHECK(parser.capacity_bytes() < 1'000);
  CHECK(found.requests.size() == 2);
}

TEST_CASE("resp_parser: memory is bounded by the largest request and one read") {
  auto limits = resp_limits{.bulk_max = {4'096}, .request_max = {5'120}};
  auto parser = resp_parser{limits};
  auto found = parsed{};
  auto one = "*1\r\n$4096\r\n" + std::string(4'096, 'x') + "\r\n";
  auto bytes = std::string{};
  for (int i = 0; i < 50; ++i)
    bytes += one;
  for (std::size_t at = 0; at < bytes.size(); at += 1'000) {
    feed(parser, std::string_view{bytes}.substr(at, 1'000));
    REQUIRE(drain(parser, found));
    REQUIRE(parser.capacity_bytes() <= 5'120 + 1'000);
  }
  CHECK(found.requests.size() == 50);
}

TEST_CASE("resp_parser: limits out of range are named") {
  CHECK_FALSE(resp_limits{}.validate());
  CHECK(resp_limits{.argument_count_max = 0}.validate() == ec::invalid_config);
  CHECK(resp_limits{.bulk_max = mib(12)}.validate() == ec::invalid_config);
}
