#include "router/resp/reply.hpp"

#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

using namespace troupe::router;

TEST_CASE("resp_reply: each kind is written as RESP2 has it") {
  CHECK(simple_reply("OK") == "+OK\r\n");
  CHECK(error_reply("ERR syntax error") == "-ERR syntax error\r\n");
  CHECK(integer_reply(0) == ":0\r\n");
  CHECK(
    integer_reply(std::numeric_limits<std::int64_t>::min())
    == ":-9223372036854775808\r\n");
  CHECK(bulk_reply("a\r\nb") == "$4\r\na\r\nb\r\n");
  CHECK(bulk_reply("") == "$0\r\n\r\n");
  CHECK(nil_reply() == "$-1\r\n");
}

TEST_CASE("resp_reply: an array is its count and what is put behind it") {
  auto out = std::string{};
  put_array(out, 2);
  put_bulk(out, "a");
  put_nil(out);
  CHECK(out == "*2\r\n$1\r\na\r\n$-1\r\n");
}

TEST_CASE("resp_reply: a line break in a line's text cannot end it") {
  CHECK(
    error_reply("ERR unknown command 'a\r\n+OK'") == "-ERR unknown command 'a  +OK'\r\n");
  CHECK(simple_reply("a\nb") == "+a b\r\n");
}
