#include "router/resp/door_commands.hpp"
#include "tests/router/session_fixture.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;

TEST_CASE_FIXTURE(session_fixture, "door_commands: PING and ECHO give back what came") {
  CHECK(ask("PING") == "+PONG\r\n");
  CHECK(ask("ping hi") == "$2\r\nhi\r\n");
  CHECK(ask("PING a b") == "-ERR wrong number of arguments for 'ping' command\r\n");
  CHECK(ask("ECHO \"a\\r\\nb\"") == "$4\r\na\r\nb\r\n");
}

TEST_CASE_FIXTURE(session_fixture, "door_commands: there is one database, 0") {
  CHECK(ask("SELECT 0") == "+OK\r\n");
  CHECK(ask("SELECT 1") == "-ERR SELECT is not allowed in cluster mode\r\n");
  CHECK(ask("SELECT x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(ask("SELECT 2147483648") == "-ERR value is not an integer or out of range\r\n");
}

TEST_CASE_FIXTURE(session_fixture, "door_commands: HELLO greets in protocol 2 only") {
  auto greeting = ask("HELLO");
  CHECK(
    greeting
    == "*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n"
       "$5\r\nproto\r\n:2\r\n$2\r\nid\r\n:17\r\n$4\r\nmode\r\n$7\r\ncluster\r\n"
       "$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n");
  CHECK(ask("HELLO 2") == greeting);
  CHECK(ask("HELLO 3") == "-NOPROTO unsupported protocol version\r\n");
  CHECK(ask("HELLO 4") == "-NOPROTO unsupported protocol version\r\n");
  CHECK(ask("HELLO x") == "-ERR Protocol version is not an integer or out of range\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "door_commands: HELLO takes a name and the default user") {
  CHECK(ask("HELLO 2 AUTH default any SETNAME me").starts_with("*14"));
  CHECK(session.client().name == "me");
  CHECK(
    ask("HELLO 2 AUTH root any")
    == "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
  CHECK(ask("HELLO 2 FOO") == "-ERR Syntax error in HELLO option 'FOO'\r\n");
  CHECK(ask("HELLO 2 SETNAME") == "-ERR Syntax error in HELLO option 'SETNAME'\r\n");
  CHECK(ask("HELLO 2 AUTH x") == "-ERR Syntax error in HELLO option 'AUTH'\r\n");
  CHECK(ask("HELLO 2 SETNAME \"a b\"").starts_with("-ERR Client names cannot contain"));
  CHECK(session.client().name == "me");
  CHECK(ask("HELLO 2").starts_with("*14"));
  CHECK(session.client().name == "me");
}

TEST_CASE_FIXTURE(session_fixture, "door_commands: a client can have a name") {
  CHECK(ask("CLIENT GETNAME") == "$-1\r\n");
  CHECK(ask("CLIENT SETNAME one") == "+OK\r\n");
  CHECK(ask("client getname") == "$3\r\none\r\n");
  CHECK(
    ask("CLIENT SETNAME 'a b'")
    == "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
  CHECK(ask("CLIENT SETNAME " + std::string(512, 'x')) == "+OK\r\n");
  CHECK(ask("CLIENT SETNAME " + std::string(513, 'x')).starts_with("-ERR Client names"));
  CHECK(ask("CLIENT SETNAME ''") == "+OK\r\n");
  CHECK(ask("CLIENT GETNAME") == "$-1\r\n");
}

TEST_CASE_FIXTURE(session_fixture, "door_commands: a client can tell of its library") {
  CHECK(ask("CLIENT SETINFO LIB-NAME ioredis") == "+OK\r\n");
  CHECK(ask("CLIENT SETINFO lib-ver 5.3.2") == "+OK\r\n");
  CHECK(ask("CLIENT SETINFO FOO x") == "-ERR Unrecognized option 'FOO'\r\n");
  CHECK(
    ask("CLIENT SETINFO LIB-NAME 'a b'")
    == "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n");
  CHECK(ask("CLIENT ID") == ":17\r\n");
  CHECK(ask("READONLY") == "+OK\r\n");
  CHECK(
    ask("CLIENT INFO")
    == "$84\r\nid=17 addr=127.0.0.1:50000 name= flags=r db=0 resp=2 lib-name=ioredis "
       "lib-ver=5.3.2\n\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "door_commands: CLUSTER tells of slots and of the node") {
  CHECK(ask("CLUSTER KEYSLOT foo") == ":12182\r\n");
  CHECK(ask("CLUSTER MYID") == "$40\r\n0000000000000000000000000000000100000000\r\n");
  CHECK(ask("CLUSTER INFO").find("cluster_state:ok") != std::string::npos);
  CHECK_FALSE(session.client().asked_for_map);
  CHECK(ask("CLUSTER SLOTS").starts_with("*4\r\n"));
  CHECK(session.client().asked_for_map);
  CHECK(ask("CLUSTER SHARDS").starts_with("*3\r\n"));
  CHECK(ask("CLUSTER NODES").find("myself,master") != std::string::npos);
}

TEST_CASE_FIXTURE(
  session_fixture, "door_commands: COMMAND, CONFIG and INFO tell of the node") {
  auto count = std::to_string(all_commands().size());
  CHECK(ask("COMMAND COUNT") == ":" + count + "\r\n");
  CHECK(ask("COMMAND").starts_with("*" + count + "\r\n*10\r\n"));
  CHECK(ask("COMMAND INFO nosuch") == "*1\r\n$-1\r\n");
  CHECK(ask("COMMAND DOCS nosuch") == "*0\r\n");
  CHECK(ask("COMMAND LIST FILTERBY PATTERN nosuch") == "*0\r\n");
  CHECK(ask("COMMAND GETKEYS GET a") == "*1\r\n$1\r\na\r\n");
  CHECK(ask("CONFIG GET appendonly") == "*2\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n");
  CHECK(ask("INFO cluster") == "$30\r\n# Cluster\r\ncluster_enabled:1\r\n\r\n");
}

TEST_CASE_FIXTURE(
  session_fixture, "door_commands: every command of the table is executed or refused") {
  for (const auto& spec : all_commands()) {
    restart();
    auto line = std::string{spec.name};
    for (int i = 1; i < std::max(spec.arity, -spec.arity); ++i)
      line += " 1";
    CAPTURE(line);
    auto reply = ask(line);
    CHECK((!reply.empty() || session.in_flight_count() == 1));
    for (const auto& sub : spec.subcommands) {
      restart();
      line = std::string{spec.name} + ' '
             + std::string{sub.name.substr(spec.name.size() + 1)};
      for (int i = 2; i < std::max(sub.arity, -sub.arity); ++i)
        line += " 1";
      CAPTURE(line);
      CHECK_FALSE(ask(line).empty());
    }
  }
}
