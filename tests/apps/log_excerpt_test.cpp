#include "apps/local/log_excerpt.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

std::string log_line(const std::string& level, int number) {
  return "time=t level=" + level + " node=n1 msg=" + std::to_string(number);
}

TEST_CASE("log_excerpt: a short log is kept whole") {
  auto in = std::istringstream{"one\ntwo\n"};
  const auto excerpt = read_excerpt(in);
  CHECK(excerpt.last == std::vector<std::string>{"one", "two"});
  CHECK(excerpt.warnings.empty());
  CHECK(warnings_in(excerpt).empty());
}

TEST_CASE("log_excerpt: warnings outlast the lines behind them") {
  auto in = std::stringstream{};
  in << log_line("info", 0) << '\n' << log_line("warn", 1) << '\n';
  in << R"({"time":"t","level":"error","node":"n1","msg":"2"})" << '\n';
  for (auto i = 3; i < 100; ++i)
    in << log_line(i == 98 ? "error" : "info", i) << '\n';
  const auto excerpt = read_excerpt(in);
  REQUIRE(excerpt.last.size() == 15);
  CHECK(excerpt.last.front() == log_line("info", 85));
  CHECK(excerpt.last.back() == log_line("info", 99));
  REQUIRE(excerpt.warnings.size() == 2);
  CHECK(excerpt.warnings[0] == log_line("warn", 1));
  CHECK(excerpt.warnings[1].find("\"msg\":\"2\"") != std::string::npos);
  REQUIRE(warnings_in(excerpt).size() == 3);
  CHECK(warnings_in(excerpt)[2] == log_line("error", 98));
}

TEST_CASE("log_excerpt: of many warnings the last are kept") {
  auto in = std::stringstream{};
  for (auto i = 0; i < 40; ++i)
    in << log_line("warn", i) << '\n';
  const auto excerpt = read_excerpt(in);
  REQUIRE(excerpt.warnings.size() == 5);
  CHECK(excerpt.warnings.front() == log_line("warn", 20));
  CHECK(excerpt.warnings.back() == log_line("warn", 24));
}

TEST_CASE("log_excerpt: a log that is not there is empty") {
  const auto excerpt = excerpt_of("/no/such/log", 0);
  CHECK(excerpt.last.empty());
  CHECK(excerpt.warnings.empty());
}

} // namespace
} // namespace troupe::apps
