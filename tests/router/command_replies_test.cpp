#include "router/resp/command_replies.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe::router;

namespace {

using words = std::vector<std::string_view>;

} // namespace

TEST_CASE("command_replies: COMMAND INFO has the ten parts of each command") {
  CHECK(
    command_info_reply(words{"get"})
    == "*1\r\n*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n"
       "*3\r\n+@string\r\n+@read\r\n+@fast\r\n*0\r\n*0\r\n*0\r\n");
  CHECK(
    command_info_reply(words{"MSET"})
    == "*1\r\n*10\r\n$4\r\nmset\r\n:-3\r\n*2\r\n+write\r\n+denyoom\r\n:1\r\n:-1\r\n:2\r\n"
       "*3\r\n+@string\r\n+@write\r\n+@slow\r\n*0\r\n*0\r\n*0\r\n");
}

TEST_CASE("command_replies: COMMAND INFO is nil for what there is not") {
  CHECK(command_info_reply(words{"nosuch", "get|x"}) == "*2\r\n$-1\r\n$-1\r\n");
}

TEST_CASE("command_replies: a container's subcommands are inside it") {
  CHECK(
    command_info_reply(words{"config"})
    == "*1\r\n*10\r\n$6\r\nconfig\r\n:-2\r\n*0\r\n:0\r\n:0\r\n:0\r\n*1\r\n+@slow\r\n"
       "*0\r\n*0\r\n*1\r\n"
       "*10\r\n$10\r\nconfig|get\r\n:-3\r\n*4\r\n+admin\r\n+noscript\r\n+loading\r\n"
       "+stale\r\n:0\r\n:0\r\n:0\r\n*3\r\n+@admin\r\n+@slow\r\n+@dangerous\r\n"
       "*0\r\n*0\r\n*0\r\n");
  CHECK(command_info_reply(words{"config|get"}).starts_with("*1\r\n*10\r\n$10\r\n"));
}

TEST_CASE("command_replies: bare COMMAND has all") {
  auto head = "*" + std::to_string(all_commands().size()) + "\r\n*10\r\n$6\r\nappend\r\n";
  CHECK(command_info_reply({}).starts_with(head));
}

TEST_CASE("command_replies: COMMAND DOCS passes over what there is not") {
  CHECK(
    command_docs_reply(words{"nosuch", "ECHO"})
    == "*2\r\n$4\r\necho\r\n*6\r\n$7\r\nsummary\r\n$21\r\nEcho the given string\r\n"
       "$5\r\nsince\r\n$5\r\n1.0.0\r\n$5\r\ngroup\r\n$10\r\nconnection\r\n");
  CHECK(command_docs_reply(words{"nosuch"}) == "*0\r\n");
  auto head = "*" + std::to_string(2 * all_commands().size()) + "\r\n$6\r\nappend\r\n";
  CHECK(command_docs_reply({}).starts_with(head));
}

TEST_CASE("command_replies: COMMAND LIST filters by pattern only") {
  CHECK(
    command_list_reply(words{"FilterBy", "pattern", "MSE*"})
    == "*2\r\n$4\r\nmset\r\n$6\r\nmsetnx\r\n");
  CHECK(command_list_reply(words{"filterby", "module", "x"}) == "-ERR syntax error\r\n");
  CHECK(command_list_reply({}).starts_with("*" + std::to_string(all_commands().size())));
}

TEST_CASE("command_replies: COMMAND GETKEYS finds a request's keys") {
  CHECK(
    command_getkeys_reply(words{"mset", "a", "1", "b", "2"})
    == "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  CHECK(
    command_getkeys_reply(words{"nosuch", "a"}) == "-ERR Invalid command specified\r\n");
  CHECK(
    command_getkeys_reply(words{"get", "a", "b"})
    == "-ERR Invalid number of arguments specified for command\r\n");
  CHECK(
    command_getkeys_reply(words{"ping", "a"})
    == "-ERR The command has no key arguments\r\n");
}

TEST_CASE("command_replies: a request for too many names is refused") {
  auto names = std::vector<std::string_view>(1'025, "get");
  CHECK(command_info_reply(names) == "-ERR too many names; ask for 1024 at a time\r\n");
  CHECK(command_docs_reply(names) == "-ERR too many names; ask for 1024 at a time\r\n");
  names.pop_back();
  CHECK(command_info_reply(names).starts_with("*1024\r\n"));
  CHECK(command_docs_reply(names).starts_with("*2048\r\n"));
}
