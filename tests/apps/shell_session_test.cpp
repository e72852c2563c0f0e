#include "apps/shell/session.hpp"
#include "tests/apps/shell_fake_admin.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

using words = std::vector<std::string>;

/// Three nodes that know each other; the shell was told of n1.
struct shell_session_fixture {
  shell_session_fixture() {
    const auto members = members_reply{
      {member("n3", 3, "c:1"), member("n1", 1, "a:1"), member("n2", 2, "b:1")}};
    nodes.add("a:1", "n1", 1).members = members;
    nodes.add("b:1", "n2", 2).members = members;
    nodes.add("c:1", "n3", 3).members = members;
  }

  /// Those that a new attempt to connect dials.
  words dialled() {
    nodes.dialled.clear();
    attempt = place.connect();
    return nodes.dialled;
  }

  fake_admin nodes;
  std::ostringstream notes;
  session place{nodes, "a:1", notes};
  error attempt;
};

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: connects once, and says nothing about it") {
  CHECK_FALSE(place.has_node());
  CHECK(dialled() == words{"a:1"});
  CHECK(place.connected());
  CHECK(place.node().name.value() == "n1");
  CHECK(dialled().empty());
  CHECK(notes.str().empty());
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: without a connection a question fails") {
  CHECK(place.ask(status_query{}).error() == ec::unreachable);
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: fails with what the one address failed with") {
  nodes.kill("a:1");
  CHECK(dialled() == words{"a:1"});
  CHECK(render(attempt) == "unreachable: nobody listens at a:1");
  CHECK_FALSE(place.has_node());
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: moves to another member when its node is gone") {
  REQUIRE_FALSE(place.connect());
  nodes.kill("a:1");
  CHECK(place.ask(tree_query{}).error() == ec::link_lost);
  CHECK_FALSE(place.connected());
  CHECK(place.node().name.value() == "n1");
  CHECK(dialled() == words{"a:1", "b:1"});
  CHECK(place.node().name.value() == "n2");
  CHECK(notes.str() == "note: n1 is gone; connected to n2 (b:1)\n");
}

TEST_CASE_FIXTURE(shell_session_fixture, "session: stays with a node that came back") {
  REQUIRE_FALSE(place.connect());
  nodes.kill("a:1");
  CHECK_FALSE(place.ask(stats_query{}));
  nodes.revive("a:1");
  CHECK(dialled() == words{"a:1"});
  CHECK(notes.str() == "note: connected to n1 again (a:1)\n");
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: says how many members it tried in vain") {
  REQUIRE_FALSE(place.connect());
  for (const auto* address : {"a:1", "b:1", "c:1"})
    nodes.kill(address);
  CHECK_FALSE(place.ask(services_query{}));
  CHECK(dialled() == words{"a:1", "b:1", "c:1"});
  CHECK(
    render(attempt)
    == "unreachable: nobody listens at a:1; nor can any of the 2 other members that the "
       "shell knows of be reached");
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: tries no member that is dead, has left or is silent") {
  auto& members = nodes.nodes["a:1"].members.members;
  members[0].state = "dead";    // n3
  members[2].state = "suspect"; // n2
  members.push_back(member("n4", 4, "d:1"));
  members.back().state = "left";
  members.push_back(member("n5", 5, ""));
  REQUIRE_FALSE(place.connect());
  nodes.kill("a:1");
  nodes.kill("b:1");
  CHECK_FALSE(place.ask(tree_query{}));
  CHECK(dialled() == words{"a:1", "b:1"});
}

TEST_CASE_FIXTURE(shell_session_fixture, "session: learns of members from every answer") {
  nodes.nodes["a:1"].members.members.clear();
  REQUIRE_FALSE(place.connect());
  nodes.nodes["a:1"].members.members = {member("n3", 3, "c:1")};
  REQUIRE(place.ask(members_query{}));
  nodes.nodes["a:1"].members.members.clear(); // It knows nobody now; we still do.
  place.refresh();
  nodes.kill("a:1");
  CHECK_FALSE(place.ask(tree_query{}));
  CHECK(dialled() == words{"a:1", "c:1"});
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: a node that was told to end is not tried again") {
  REQUIRE_FALSE(place.connect());
  place.part();
  CHECK_FALSE(place.connected());
  CHECK(dialled() == words{"b:1"});
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: parted from the only node it has nowhere to go") {
  nodes.nodes["a:1"].members.members = {member("n1", 1, "a:1")};
  REQUIRE_FALSE(place.connect());
  place.part();
  CHECK(dialled().empty());
  CHECK(
    render(attempt) == "unreachable: there is no other member that the shell knows of");
}

TEST_CASE_FIXTURE(
  shell_session_fixture, "session: only some failures mean that the node is gone") {
  REQUIRE_FALSE(place.connect());
  for (const auto code :
       {ec::wrong_state, ec::busy, ec::internal, ec::invalid_argument}) {
    nodes.current->trouble = fail(code, "no");
    CHECK(place.ask(status_query{}).error() == code);
    CHECK(place.connected());
  }
  for (const auto code :
       {ec::link_lost, ec::unreachable, ec::stale_incarnation, ec::stopping,
        ec::deadline_exceeded}) {
    nodes.current->trouble = fail(code, "no");
    CHECK(place.ask(leave_command{}).error() == code);
    CHECK_FALSE(place.connected());
    nodes.current->trouble = {};
    REQUIRE_FALSE(place.connect());
  }
}

} // namespace
} // namespace troupe::apps::shell
