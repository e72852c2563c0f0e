#include "apps/shell/command.hpp"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

TEST_CASE("command: a line names its command, arguments and flags") {
  const auto plain = parse_line("members");
  REQUIRE(plain);
  CHECK(plain->what == find_command("members"));
  CHECK(plain->first_argument().empty());
  const auto filtered = parse_line("providers 'a b'");
  REQUIRE(filtered);
  CHECK(filtered->arguments == std::vector<std::string>{"a b"});
  const auto flagged = parse_line(" leave --yes ");
  REQUIRE(flagged);
  CHECK(flagged->has_flag("--yes"));
  CHECK_FALSE(flagged->has_flag("--no"));
  const auto valued = parse_line("stats --minutes 5 link");
  REQUIRE(valued);
  CHECK(valued->flags.at("--minutes") == "5");
  CHECK(valued->first_argument() == "link");
}

TEST_CASE("command: a key or a value may look like a flag") {
  const auto call = parse_line("set -k --5");
  REQUIRE(call);
  CHECK(call->arguments == std::vector<std::string>{"-k", "--5"});
  CHECK_FALSE(parse_line("get k --5"));
}

TEST_CASE("command: what is wrong is named, with the nearest right word") {
  struct row {
    std::string line;
    std::string sentence;
  };
  const auto rows = std::vector<row>{
    {"membrs", "unknown command 'membrs'; did you mean members?"},
    {"exit", "unknown command 'exit'; did you mean quit?"},
    {"frobnicate", "unknown command 'frobnicate'; 'help' lists all"},
    {"MEMBERS", "unknown command 'MEMBERS'; 'help' lists all"},
    {"members n1 n2", "'n2' is too much; the form is: members [NAME]"},
    {"tree x", "'x' is too much; the form is: tree"},
    {"leave --yse", "leave has no flag '--yse'; did you mean --yes?"},
    {"members --x", "members has no flag '--x'"},
    {"help membrs", "unknown command 'membrs'; did you mean members?"},
    {"  ", "no command; 'help' lists all"},
    {"get 'x", "the quote ' is not closed"},
    {"call",
     "call needs SERVICE; the form is: call SERVICE METHOD [JSON] [--idempotent]"},
    {"call s",
     "call needs METHOD; the form is: call SERVICE METHOD [JSON] [--idempotent]"},
    {"call s m {a:1}", R"('{a:1}' is not JSON; write it as {"field": "value"})"},
    {"stats --minutes", "--minutes needs N; the form is: stats [PREFIX] [--minutes N]"},
    {"stats --minutes 0", "'0' is not a number of minutes from 1 to 60"},
    {"stats --minutes 61", "'61' is not a number of minutes from 1 to 60"},
    {"stats --minutes x", "'x' is not a number of minutes from 1 to 60"},
    {"stats --minute 5", "stats has no flag '--minute'; did you mean --minutes?"},
    {"call s m {} {}",
     "'{}' is too much; the form is: call SERVICE METHOD [JSON] [--idempotent]"},
  };
  for (const auto& each : rows) {
    CAPTURE(each.line);
    const auto result = parse_line(each.line);
    REQUIRE_FALSE(result);
    CHECK(render(result.error()) == "invalid_argument: " + each.sentence);
  }
}

TEST_CASE("command: blank lines and comments have nothing to run") {
  for (const auto* line : {"", "  \t", "\r", "# a comment", "  # too"})
    CHECK(is_blank_line(line));
  CHECK_FALSE(is_blank_line(" tree # not a comment"));
}

TEST_CASE("command: each has a name of its own, and help without a full stop") {
  auto names = std::set<std::string_view>{};
  for (const auto& x : commands()) {
    CAPTURE(x.name);
    CHECK(names.insert(x.name).second);
    CHECK(find_command(x.name) == &x);
    CHECK_FALSE(x.about.empty());
    CHECK_FALSE(x.about.ends_with('.'));
    CHECK((x.details.empty() || x.details.ends_with('.')));
  }
  CHECK(
    names
    == std::set<std::string_view>{
      "members", "services", "providers", "consumers", "call", "shards", "slots", "get",
      "set", "del", "stats", "tree", "status", "leave", "inject", "heal", "help",
      "quit"});
}

TEST_CASE("command: usage shows arguments and flags") {
  CHECK(usage_of(*find_command("tree")) == "tree");
  CHECK(usage_of(*find_command("members")) == "members [NAME]");
  CHECK(usage_of(*find_command("call")) == "call SERVICE METHOD [JSON] [--idempotent]");
  CHECK(usage_of(*find_command("stats")) == "stats [PREFIX] [--minutes N]");
  CHECK(usage_of(*find_command("leave")) == "leave [--yes]");
}

} // namespace
} // namespace troupe::apps::shell
