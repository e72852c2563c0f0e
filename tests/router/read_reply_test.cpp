#include "router/resp/read_reply.hpp"

#include <string>

#include <doctest/doctest.h>

namespace troupe::router {
namespace {

TEST_CASE("read_reply: reads each kind of reply") {
  CHECK(*read_reply("+OK\r\n") == resp_value{resp_scalar{"OK"}});
  CHECK(*read_reply(":-7\r\n") == resp_value{resp_scalar{std::int64_t{-7}}});
  CHECK(*read_reply("$5\r\na\r\nbc\r\n") == resp_value{resp_scalar{"a\r\nbc"}});
  CHECK(*read_reply("$0\r\n\r\n") == resp_value{resp_scalar{""}});
  CHECK(*read_reply("$-1\r\n") == resp_value{resp_scalar{}});
  CHECK(*read_reply("-ERR no\r\n") == resp_value{resp_scalar{resp_error{"ERR no"}}});
  CHECK(
    *read_reply("*3\r\n$1\r\na\r\n$-1\r\n:2\r\n")
    == resp_value{resp_array{"a", resp_scalar{}, std::int64_t{2}}});
  CHECK(*read_reply("*0\r\n") == resp_value{resp_array{}});
}

TEST_CASE("read_reply: less than a reply, more than one, and anything else is none") {
  for (const auto* bytes :
       {"", "\r\n", "OK\r\n", "+OK", "$5\r\nabc\r\n", "$3\r\nabcd\r\n", "$-2\r\n",
        "$\r\n", ":x\r\n", ":\r\n", "+OK\r\n+OK\r\n", "*1\r\n*0\r\n", "*3\r\n:1\r\n",
        "*-1\r\n", "$99999999999999999999\r\n", "*9223372036854775807\r\n"}) {
    CAPTURE(bytes);
    CHECK_FALSE(read_reply(bytes));
  }
}

TEST_CASE("read_reply: every beginning of a reply is none") {
  const auto whole = std::string{"*3\r\n$2\r\nab\r\n:12\r\n+x\r\n"};
  REQUIRE(read_reply(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(read_reply(whole.substr(0, size)));
}

} // namespace
} // namespace troupe::router
