/// Commands that begin and do not end.
#include "tests/router/session_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::router {
namespace {

using troupe::test::session_fixture;

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: half a command is named until its rest has come") {
  CHECK_FALSE(session.unfinished_command());
  receive("PING\r\n*2\r\n$4\r\nPI");
  const auto first = session.unfinished_command();
  REQUIRE(first);
  receive("NG\r\n$1\r\n");
  CHECK(session.unfinished_command() == first);
  receive("x\r\n");
  CHECK_FALSE(session.unfinished_command());
  receive("P");
  REQUIRE(session.unfinished_command());
  CHECK(session.unfinished_command() != first);
  receive("ING\r\n");
  CHECK_FALSE(session.unfinished_command());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: who is not read owes no rest of a command") {
  config.in_flight_max = 1;
  restart();
  receive("GET b\r\nGET");
  CHECK_FALSE(session.unfinished_command());
  answer(1, ":1\r\n");
  CHECK(session.unfinished_command());
}

TEST_CASE_FIXTURE(
  session_fixture, "resp_session: a command that is given up is answered in its turn") {
  receive("GET b\r\nGET");
  session.give_up_command();
  CHECK_FALSE(session.unfinished_command());
  CHECK_FALSE(session.wants_input());
  CHECK_FALSE(session.finished());
  answer(1, ":1\r\n");
  CHECK(
    session.take_replies()
    == ":1\r\n-ERR Protocol error: the command did not come to its end within "
       "door.command_deadline\r\n");
  CHECK(session.finished());
}

} // namespace
} // namespace troupe::router
