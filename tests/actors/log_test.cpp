#include "actors/base/ids.hpp"
#include "actors/base/log.hpp"
#include "actors/base/secret.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// A sink that keeps its lines, at a fixed time.
struct log_fixture {
  std::vector<std::string> lines;
  log_sink text{
    {.level = log_level::trace},
    [] { return wall_point{1'704'067'201s + 42us}; },
    [this](std::string_view line) { lines.emplace_back(line); }};
  log_sink json{
    {.level = log_level::trace, .format = log_format::json},
    [] { return wall_point{1'704'067'201s}; },
    [this](std::string_view line) { lines.emplace_back(line); }};

  /// What a value looks like after `key=`.
  template <class T>
  std::string as_text(const T& value) {
    logger{&text, "n1", "test"}.info("x", "key", value);
    return lines.back().substr(lines.back().find("key=") + 4);
  }

  template <class T>
  std::string as_json(const T& value) {
    logger{&json, "n1", "test"}.info("x", "key", value);
    auto result = lines.back().substr(lines.back().find("\"key\":") + 6);
    return result.substr(0, result.size() - 1);
  }
};

struct costly {
  int* conversions;
};

std::string to_string(const costly& x) {
  ++*x.conversions;
  return "costly";
}

} // namespace

TEST_CASE_FIXTURE(
  log_fixture, "log: a line has time, level, node, part, sentence, values") {
  logger{&text, "n1", "cluster"}.warn(
    "peer suspected", "peer", node_name{"n2"}, "silence_ms", 2000);
  CHECK(
    lines
    == std::vector<std::string>{
      "time=2024-01-01T00:00:01.000042Z level=warn node=n1 part=cluster "
      "msg=\"peer suspected\" peer=n2 silence_ms=2000"});
}

TEST_CASE_FIXTURE(log_fixture, "log: a JSON line is one object") {
  logger{&json, "n1", "cluster"}.error("peer lost", "peer", "n2", "n", 3, "again", true);
  CHECK(
    lines
    == std::vector<std::string>{
      R"({"time":"2024-01-01T00:00:01.000000Z","level":"error","node":"n1",)"
      R"("part":"cluster","msg":"peer lost","peer":"n2","n":3,"again":true})"});
}

TEST_CASE_FIXTURE(log_fixture, "log: values are quoted and escaped where they must be") {
  CHECK(as_text("plain-1.2:3") == "plain-1.2:3");
  CHECK(as_text("") == R"("")");
  CHECK(as_text("a b") == R"("a b")");
  CHECK(as_text("a=b") == R"("a=b")");
  CHECK(as_text("say \"x\\y\"") == R"("say \"x\\y\"")");
  CHECK(as_text("two\nlines\x01") == R"("two\nlines\u0001")");
  CHECK(as_json("a\tb\x7f") == R"("a\u0009b\u007f")");
}

TEST_CASE_FIXTURE(log_fixture, "log: bytes that are not UTF-8 cannot break a line") {
  CHECK(as_json("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
  CHECK(as_json("\xe2\x82\xac\xf0\x9f\x8e\xad") == "\"\xe2\x82\xac\xf0\x9f\x8e\xad\"");
  // A lone tail, an overlong slash, a surrogate, a sequence cut short.
  CHECK(as_json("\x80") == "\"\xef\xbf\xbd\"");
  CHECK(as_json("\xc0\xaf") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(as_json("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(as_json("\xe2\x82") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE_FIXTURE(log_fixture, "log: each kind of value has its form") {
  CHECK(as_text(250ms) == R"("250 ms")");
  CHECK(as_text(mib(4)) == R"("4 MiB")");
  CHECK(as_text(fail(ec::busy, "full")) == R"("busy: full")");
  CHECK(as_text(epoch{7}) == "7");
  CHECK(as_text(0.25) == "0.25");
  CHECK(as_text('c') == "c");
  CHECK(as_json(0.25) == "0.25");
  CHECK(as_json(std::numeric_limits<double>::infinity()) == R"("inf")");
  CHECK(as_json(std::uint64_t{1} << 63) == "9223372036854775808");
}

TEST_CASE_FIXTURE(log_fixture, "log: a secret never shows") {
  auto token = secret{"hunter2"};
  CHECK(as_text(token) == "***");
  CHECK(as_json(token) == R"("***")");
  CHECK(token.reveal() == "hunter2");
}

TEST_CASE("secret: matches itself and nothing else") {
  auto token = secret{"hunter2"};
  CHECK(token.matches("hunter2"));
  CHECK(!token.matches("hunter3"));
  CHECK(!token.matches("hunter"));
  CHECK(!token.matches("hunter22"));
  CHECK(!token.matches(std::string_view{"hunter2\0", 8}));
}

TEST_CASE_FIXTURE(log_fixture, "log: a level that is off costs no formatting") {
  auto conversions = 0;
  auto log = logger{&text, "n1", "test"};
  text.set_level(log_level::info);
  log.debug("x", "value", costly{&conversions});
  CHECK(conversions == 0);
  CHECK(lines.empty());
  log.info("x", "value", costly{&conversions});
  CHECK(conversions == 1);
  CHECK(lines.size() == 1);
  text.set_level(log_level::off);
  log.error("x");
  CHECK(lines.size() == 1);
}

TEST_CASE_FIXTURE(
  log_fixture, "log: a logger without a sink is silent, another part differs") {
  logger{}.error("x", "key", 1);
  CHECK(lines.empty());
  logger{&text, "n1", "a"}.of("b").info("x");
  CHECK(lines.at(0).find("node=n1 part=b") != std::string::npos);
}

TEST_CASE("log: levels and formats read by their names only") {
  auto level = log_level::info;
  CHECK(parse("trace", level));
  CHECK(level == log_level::trace);
  CHECK(!parse("TRACE", level));
  CHECK(level == log_level::trace);
  auto format = log_format::text;
  CHECK(parse("json", format));
  CHECK(format == log_format::json);
  CHECK(!parse("", format));
  CHECK(to_string(log_level::warn) == "warn");
}

TEST_CASE("log: a file that cannot be opened is an error that names it") {
  auto sink = log_sink::open({.file = "/proc/no/such/file"});
  REQUIRE(!sink);
  CHECK(sink.error() == ec::system);
  CHECK(sentence_of(sink.error()).find("/proc/no/such/file") != std::string::npos);
}

} // namespace troupe
