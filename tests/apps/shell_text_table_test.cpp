#include "apps/shell/text_table.hpp"

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

TEST_CASE(
  "text_table: columns are as wide as their widest text, and no line ends blank") {
  const auto table = text_table{
    {{"NAME"}, {"COUNT", true}, {"NOTE"}},
    {{{"a"}, {"1"}, {"long note"}}, {{"größer"}, {"12345678"}, {""}}},
    {}};
  CHECK(
    render_table(table, false)
    == "NAME       COUNT  NOTE\n"
       "a              1  long note\n"
       "größer  12345678\n");
}

TEST_CASE("text_table: a column without text is left out") {
  const auto table = text_table{
    {{"A"}, {"B"}, {"C", true}, {"D"}},
    {{{"1"}, {}, {}, {"2"}}, {{"3"}, {}, {}, {"4"}}},
    {}};
  CHECK(render_table(table, false) == "A  D\n1  2\n3  4\n");
}

TEST_CASE("text_table: a blank number is kept clear of the next column") {
  const auto table
    = text_table{{{"N", true}, {"X"}}, {{{"10"}, {"a"}}, {{""}, {"b"}}}, {}};
  CHECK(render_table(table, false) == " N  X\n10  a\n    b\n");
}

TEST_CASE("text_table: without headings there is no line of them") {
  CHECK(render_table({{{}, {}}, {{{"a"}, {"b"}}}, {}}, false) == "a  b\n");
}

TEST_CASE("text_table: colours go around the text alone, and only where asked for") {
  const auto table = text_table{
    {{"S"}, {"X"}},
    {{{"alive", tone::good}, {"1"}},
     {{"no", tone::bad}, {"2"}},
     {{"?", tone::warning}, {"3", tone::faint}}},
    {}};
  CHECK(
    render_table(table, true)
    == "\x1b[1mS\x1b[0m      \x1b[1mX\x1b[0m\n"
       "\x1b[32malive\x1b[0m  1\n"
       "\x1b[31mno\x1b[0m     2\n"
       "\x1b[33m?\x1b[0m      \x1b[2m3\x1b[0m\n");
  CHECK(render_table(table, false).find('\x1b') == std::string::npos);
}

TEST_CASE("text_table: control characters of a cell are harmless") {
  CHECK(
    render_table({{{"A"}}, {{{"x\x1b[2J\ny"}}}, {}}, true)
    == "\x1b[1mA\x1b[0m\nx?[2J?y\n");
}

TEST_CASE("text_table: an empty one says so") {
  CHECK(render_table({{{"A"}}, {}, "no services"}, false) == "no services\n");
  CHECK(render_table({}, false).empty());
}

TEST_CASE("in_columns: words go down columns, in as few lines as fit") {
  CHECK(in_columns({"a", "bb", "c", "d", "e"}, 10) == "a   c   e\nbb  d\n");
  CHECK(in_columns({"a", "b"}, 4) == "a  b\n");
  CHECK(in_columns({"a", "b"}, 3) == "a\nb\n");
  CHECK(in_columns({"longer"}, 3) == "longer\n");
  CHECK(in_columns({}, 80).empty());
}

} // namespace
} // namespace troupe::apps::shell
