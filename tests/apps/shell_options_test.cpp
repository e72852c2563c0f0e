#include "apps/shell/shell_command.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

namespace troupe::apps {
namespace {

expected<shell_options> read(std::vector<std::string> arguments) {
  auto command = CLI::App{};
  const auto flags = shell_command{command};
  std::reverse(arguments.begin(), arguments.end()); // As CLI11 wants it.
  command.parse(arguments);
  return flags.options();
}

TEST_CASE("shell_options: without flags the node on this machine is asked, by hand") {
  const auto options = read({});
  REQUIRE(options);
  CHECK(options->address == "127.0.0.1:7400");
  CHECK(options->commands.empty());
  CHECK_FALSE(options->as_json);
  CHECK(options->deadline == std::chrono::seconds{5});
}

TEST_CASE("shell_options: every flag is read, -c several times") {
  const auto options = read(
    {"--connect", "[::1]:7401", "-c", "members n1", "--json", "-c", "tree", "--timeout",
     "250 ms"});
  REQUIRE(options);
  CHECK(options->address == "[::1]:7401");
  CHECK(options->commands == std::vector<std::string>{"members n1", "tree"});
  CHECK(options->as_json);
  CHECK(options->deadline == std::chrono::milliseconds{250});
}

TEST_CASE("shell_options: each bad value is named with its flag") {
  struct row {
    std::string flag;
    std::string value;
  };
  for (const auto& each : std::vector<row>{
         {"--connect", "localhost"},
         {"--connect", ":x"},
         {"--timeout", "5"},
         {"--timeout", "0 s"},
         {"--timeout", "2 d"}}) {
    CAPTURE(each.value);
    const auto options = read({each.flag, each.value});
    REQUIRE_FALSE(options);
    CHECK(options.error() == ec::invalid_argument);
    CHECK(sentence_of(options.error()).find(each.flag) != std::string::npos);
  }
}

} // namespace
} // namespace troupe::apps
