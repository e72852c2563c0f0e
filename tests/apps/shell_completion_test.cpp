#include "apps/shell/completion.hpp"
#include "tests/apps/shell_fake_admin.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

using words = std::vector<std::string>;

words known_names(argument_kind kind, std::string_view) {
  switch (kind) {
    case argument_kind::command:
      return {"help", "tree"};
    case argument_kind::member:
      return {"n10", "n2", "m1", "n2"};
    case argument_kind::service:
      return {"shop/A:1", "a b"};
    case argument_kind::metric:
      return {"troupe_link_up"};
    case argument_kind::method:
      return {"Take"};
    case argument_kind::shard:
      return {"0", "1"};
    case argument_kind::fault:
      return {"pause"};
    case argument_kind::target:
      return {"n1"};
    case argument_kind::fields:
    case argument_kind::data:
    case argument_kind::value:
    case argument_kind::time:
      return {};
    case argument_kind::minutes:
      return {"5"};
  }
  return {};
}

TEST_CASE("completion: each place in a line has its candidates") {
  struct row {
    std::string line;
    completion expected;
  };
  const auto rows = std::vector<row>{
    {"me", {0, {"members"}}},
    {"  s", {2, {"services", "set", "shards", "slots", "stats", "status"}}},
    {"x", {0, {}}},
    {"shards ", {7, {"0", "1"}}},
    {"get ", {4, {}}},
    {"members ", {8, {"m1", "n2", "n10"}}},
    {"members n", {8, {"n2", "n10"}}},
    {"members n1 ", {11, {}}},
    {"providers s", {10, {"shop/A:1"}}},
    {"providers a", {10, {"\"a b\""}}},
    {"providers 'a ", {10, {"\"a b\""}}},
    {"consumers ", {10, {"\"a b\"", "shop/A:1"}}},
    {"stats troupe_l", {6, {"troupe_link_up"}}},
    {"help t", {5, {"tree"}}},
    {"call s", {5, {"shop/A:1"}}},
    {"stats -", {6, {"--minutes"}}},
    {"stats --minutes ", {16, {"5"}}},
    {"stats --minutes 5 troupe_l", {18, {"troupe_link_up"}}},
    {"call s --i", {7, {"--idempotent"}}},
    {"call s T", {7, {"Take"}}},
    {"call s Take {\"a\": ", {12, {}}},
    {"leave -", {6, {"--yes"}}},
    {"leave ", {6, {}}},
    {"tree x", {5, {}}},
    {"nonsense n", {9, {}}},
  };
  for (const auto& each : rows) {
    CAPTURE(each.line);
    const auto result = complete(each.line, known_names);
    CHECK(result.begin == each.expected.begin);
    CHECK(result.candidates == each.expected.candidates);
  }
}

TEST_CASE("completion: an empty line offers all commands, the cluster is not asked") {
  const auto result = complete("", [](argument_kind, std::string_view) -> words {
    FAIL("asked");
    return {};
  });
  CHECK(result.candidates.size() == commands().size());
}

TEST_CASE("completion: the common beginning ends between characters") {
  CHECK(common_beginning({}).empty());
  CHECK(common_beginning({"abc"}) == "abc");
  CHECK(common_beginning({"abc", "abd"}) == "ab");
  CHECK(common_beginning({"abc", "ab"}) == "ab");
  CHECK(common_beginning({"a", "b"}).empty());
  CHECK(common_beginning({"xé", "xè"}) == "x");
}

TEST_CASE("completion: names come from the node") {
  auto node = fake_admin{};
  auto& n1 = node.add("a:1", "n1", 1);
  REQUIRE_FALSE(node.connect("a:1"));
  n1.members.members = {member("n1", 1, "a:1")};
  n1.services.providers = {{"p", node_name{"n1"}, id_of(1), 1, "ready"}};
  n1.services.consumers = {{"c", node_name{"n1"}, id_of(1)}};
  n1.stats.rows = {{"m", "", "gauge", 0, 0, 0, 0}};
  CHECK(names_of(argument_kind::member, "", node) == words{"n1"});
  CHECK(names_of(argument_kind::service, "", node) == words{"p", "c"});
  CHECK(names_of(argument_kind::metric, "", node) == words{"m"});
  CHECK(names_of(argument_kind::command, "", node).size() == commands().size());
  n1.stats.rows[0].name = "troupe_link_up";
  for (const auto* typed : {"", "t", "troupe_", "troupe_li"})
    CHECK(names_of(argument_kind::metric, typed, node) == words{"troupe_link_up"});
  for (const auto* typed : {"l", "troupe-", "to"})
    CHECK(names_of(argument_kind::metric, typed, node) == words{"link_up"});
  node.kill("a:1");
  CHECK(names_of(argument_kind::member, "", node).empty());
  CHECK(names_of(argument_kind::service, "", node).empty());
  CHECK(names_of(argument_kind::metric, "", node).empty());
}

} // namespace
} // namespace troupe::apps::shell
