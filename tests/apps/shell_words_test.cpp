#include "apps/shell/words.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

using words = std::vector<std::string>;

TEST_CASE("words: blanks separate them, quotes and backslashes keep blanks") {
  struct row {
    std::string line;
    words expected;
  };
  const auto rows = std::vector<row>{
    {"", {}},
    {"  \t ", {}},
    {"members", {"members"}},
    {"  members\tn1  ", {"members", "n1"}},
    {"get 'a b' c", {"get", "a b", "c"}},
    {R"(get "a \"b\" \\ c")", {"get", R"(a "b" \ c)"}},
    {R"('a\b"')", {R"(a\b")"}},
    {R"(a\ b)", {"a b"}},
    {R"(a'b'"c"d)", {"abcd"}},
    {"''", {""}},
    {"members\r", {"members"}},
    {R"('{"a": 1}')", {R"({"a": 1})"}},
    {R"(call {"a": [1, "} \" '"]} x)", {"call", R"({"a": [1, "} \" '"]})", "x"}},
    {"[1, 2]", {"[1, 2]"}},
    {"get {user 1}:cart", {"get", "{user 1}:cart"}},
    {"get a{b }", {"get", "a{b", "}"}},
    {R"(\{ a)", {"{", "a"}},
  };
  for (const auto& each : rows) {
    CAPTURE(each.line);
    const auto result = split_words(each.line);
    REQUIRE(result);
    CHECK(*result == each.expected);
  }
}

TEST_CASE("words: an open quote is refused, and named") {
  CHECK(
    render(split_words("get 'a").error())
    == "invalid_argument: the quote ' is not closed");
  CHECK(
    render(split_words("get \"a").error())
    == "invalid_argument: the quote \" is not closed");
  CHECK(split_words("get a\\").error() == ec::invalid_argument);
  CHECK(
    render(split_words("get {a: [1}").error())
    == "invalid_argument: the { is not closed; write it in quotes if it is no JSON");
}

TEST_CASE("words: a line that is being typed tells where its last word begins") {
  CHECK(scan_line("members n1") == scanned_line{{"members", "n1"}, 8, 0});
  CHECK(scan_line("members ") == scanned_line{{"members"}, 8, 0});
  CHECK(scan_line("a 'b c") == scanned_line{{"a", "b c"}, 2, '\''});
  CHECK(scan_line("a b\\") == scanned_line{{"a", "b"}, 2, '\\'});
  CHECK(scan_line("a {b ") == scanned_line{{"a", "{b "}, 2, '{'});
  CHECK(scan_line("a {b} ") == scanned_line{{"a", "{b}"}, 6, 0});
}

TEST_CASE("words: what is quoted reads back as one word") {
  for (const auto& text : words{
         "", "a", "a b", "a\"b", "a\\b", "it's", "#", "\t", "{", "{a b}", "[\"", "a{"}) {
    CAPTURE(text);
    CHECK(*split_words(quote_word(text)) == words{text});
  }
  CHECK(quote_word("shop/Inventory:1") == "shop/Inventory:1");
}

} // namespace
} // namespace troupe::apps::shell
