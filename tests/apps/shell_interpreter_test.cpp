#include "apps/shell/interpreter.hpp"
#include "tests/apps/shell_fake_admin.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

/// Two nodes; the shell was told of n1.
struct shell_interpreter_fixture {
  shell_interpreter_fixture() {
    const auto members = members_reply{{member("n1", 1, "a:1"), member("n2", 2, "b:1")}};
    nodes.add("a:1", "n1", 1).members = members;
    nodes.add("b:1", "n2", 2).members = members;
    for (auto& [address, node] : nodes.nodes)
      node.tree.root = {node.self.name.value(), "running", 0, {}};
  }

  interpreter make(bool as_json = false) {
    auto ask = [this](const std::string& question) {
      questions.push_back(question);
      return says_yes;
    };
    return {place, {as_json, false}, ask, out, errors};
  }

  fake_admin nodes;
  std::ostringstream out;
  std::ostringstream errors;
  session place{nodes, "a:1", errors};
  std::vector<std::string> questions;
  bool says_yes = true;
};

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: prints the answer to a question") {
  CHECK(make().run("tree") == exit_status::ok);
  CHECK(out.str() == "ACTOR  STATE    RESTARTS\nn1     running         0\n");
  CHECK(errors.str().empty());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: JSON is one value in one line") {
  auto shell = make(true);
  CHECK(shell.run("tree") == exit_status::ok);
  CHECK(shell.run("members n7") == exit_status::ok);
  CHECK(
    out.str()
    == "{\"name\":\"n1\",\"state\":\"running\",\"restarts\":0,\"children\":[]}\n[]\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: JSON of text that is not UTF-8 stays JSON") {
  nodes.nodes["a:1"].tree.root.name = "a\xff";
  CHECK(make(true).run("tree") == exit_status::ok);
  CHECK(json::accept(out.str()));
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: misuse is told before anybody is asked") {
  CHECK(make().run("tre") == exit_status::misuse);
  CHECK(
    errors.str()
    == "error: invalid_argument: unknown command 'tre'; did you mean tree?\n");
  CHECK(out.str().empty());
  CHECK(nodes.dialled.empty());
}

TEST_CASE_FIXTURE(shell_interpreter_fixture, "interpreter: help and quit need no node") {
  nodes.kill("a:1");
  auto shell = make();
  CHECK(shell.run("help") == exit_status::ok);
  CHECK(
    out.str().find("members [NAME]                who is in the cluster")
    != std::string::npos);
  CHECK_FALSE(shell.finished());
  CHECK(shell.run("quit") == exit_status::ok);
  CHECK(shell.finished());
  CHECK(nodes.dialled.empty());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: help on a command shows its form and details") {
  CHECK(make().run("help status") == exit_status::ok);
  CHECK(
    out.str()
    == "status\n"
       "  this node: identity, cluster, phase.\n"
       "  PHASE is founding, joining, ready or leaving.\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: help and quit have JSON, too") {
  auto shell = make(true);
  CHECK(shell.run("help tree") == exit_status::ok);
  CHECK(shell.run("quit") == exit_status::ok);
  CHECK(
    out.str()
    == "{\"command\":\"tree\",\"about\":\"this node's supervisors and actors, with their "
       "state and restarts\",\"details\":\"\"}\n{\"quit\":true}\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: no node to ask is told apart") {
  nodes.kill("a:1");
  CHECK(make().run("tree") == exit_status::unconnected);
  CHECK(errors.str() == "error: unreachable: nobody listens at a:1\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: a refusal is the command's failure") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.current->trouble = fail(ec::wrong_state, "not joined\x1b[2J");
  CHECK(shell.run("services") == exit_status::failed);
  CHECK(errors.str() == "error: wrong_state: not joined?[2J\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: a question moves to another node when one dies") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.kill("a:1");
  out.str("");
  CHECK(shell.run("tree") == exit_status::ok);
  CHECK(out.str() == "ACTOR  STATE    RESTARTS\nn2     running         0\n");
  CHECK(errors.str() == "note: n1 is gone; connected to n2 (b:1)\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: a question that waited in vain is not repeated") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.dialled.clear();
  nodes.current->trouble = fail(ec::deadline_exceeded, "no answer within 5 s");
  CHECK(shell.run("tree") == exit_status::failed);
  CHECK(nodes.dialled.empty());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: when all nodes died it says so") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.kill("a:1");
  nodes.kill("b:1");
  CHECK(shell.run("tree") == exit_status::unconnected);
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: stats asks for all time, or for some minutes") {
  auto shell = make();
  CHECK(shell.run("stats --minutes 5") == exit_status::ok);
  CHECK(nodes.minutes == 5);
  CHECK(shell.run("stats") == exit_status::ok);
  CHECK(nodes.minutes == 0);
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: call asks the service as it was told to") {
  nodes.nodes["a:1"].call
    = call_reply{"{\"left\": 3}", 1, std::chrono::milliseconds{2}, {}};
  auto shell = make();
  CHECK(shell.run("call shop.Stock Take {\"item\": \"a b\"}") == exit_status::ok);
  CHECK(shell.run("call shop.Stock Show --idempotent") == exit_status::ok);
  REQUIRE(nodes.called.size() == 2);
  CHECK(nodes.called[0].service == "shop.Stock");
  CHECK(nodes.called[0].method == "Take");
  CHECK(nodes.called[0].json == "{\"item\": \"a b\"}");
  CHECK_FALSE(nodes.called[0].idempotent);
  CHECK(nodes.called[1].json == "{}");
  CHECK(nodes.called[1].idempotent);
  CHECK(questions.empty());
  CHECK(out.str().find("\"left\": 3") != std::string::npos);
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: a call goes to another node when one had died") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.kill("a:1");
  CHECK(shell.run("call s m") == exit_status::ok);
  CHECK(nodes.called.size() == 1);
  CHECK(place.node().name.value() == "n2");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: a call that failed is not repeated") {
  nodes.nodes["a:1"].call = fail(ec::link_lost, "the provider has ended");
  CHECK(make().run("call s m --idempotent") == exit_status::failed);
  CHECK(nodes.called.size() == 1);
  CHECK(errors.str() == "error: link_lost: the provider has ended\n");
  CHECK(place.connected());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: leave is asked about, and then done") {
  auto shell = make();
  CHECK(shell.run("leave") == exit_status::ok);
  CHECK(
    questions == std::vector<std::string>{"n1 will leave the cluster and end. Go on?"});
  CHECK(nodes.left == std::vector<std::string>{"n1"});
  CHECK(out.str() == "n1 has left the cluster\n");
  CHECK_FALSE(place.connected());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: leave is not done when the answer is no") {
  says_yes = false;
  CHECK(make().run("leave") == exit_status::failed);
  CHECK(nodes.left.empty());
  CHECK(out.str().empty());
  CHECK(errors.str() == "nothing was done\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: leave with --yes is not asked about") {
  says_yes = false;
  CHECK(make(true).run("leave --yes") == exit_status::ok);
  CHECK(out.str() == "{\"left\":\"n1\"}\n");
  CHECK(questions.empty());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: without a terminal nobody is asked") {
  auto script = interpreter{place, {}, {}, out, errors};
  CHECK(script.run("leave") == exit_status::ok);
  CHECK(nodes.left == std::vector<std::string>{"n1"});
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: two leaves in a row do not end two nodes") {
  auto shell = make();
  CHECK(shell.run("leave --yes") == exit_status::ok);
  CHECK(shell.run("leave --yes") == exit_status::failed);
  CHECK(nodes.left == std::vector<std::string>{"n1"});
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: leave never hits a node that nobody meant") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.kill("a:1");
  place.refresh();
  CHECK(shell.run("leave --yes") == exit_status::failed);
  CHECK(nodes.left.empty());
  CHECK(
    errors.str()
    == "note: n1 is gone; connected to n2 (b:1)\n"
       "error: wrong_state: leave was meant for n1; if n2 shall do it, repeat it\n");
  CHECK(shell.run("leave --yes") == exit_status::ok);
  CHECK(nodes.left == std::vector<std::string>{"n2"});
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: an action that failed is not tried elsewhere") {
  auto shell = make();
  CHECK(shell.run("tree") == exit_status::ok);
  nodes.kill("a:1");
  CHECK(shell.run("leave --yes") == exit_status::failed);
  CHECK(nodes.left == std::vector<std::string>{"n1"});
  CHECK(errors.str() == "error: link_lost: the link to a:1 broke\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: output that cannot be written is a failure") {
  out.setstate(std::ios::badbit);
  CHECK(make().run("help") == exit_status::failed);
  CHECK(errors.str() == "error: system: the answer could not be written to stdout\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: commands on data are those of Redis") {
  nodes.nodes["a:1"].data = {"$5\r\nhello\r\n"};
  auto shell = make();
  CHECK(shell.run("get 'a b'") == exit_status::ok);
  CHECK(shell.run("set k v") == exit_status::ok);
  CHECK(shell.run("del k") == exit_status::ok);
  CHECK(
    nodes.commands
    == std::vector<std::vector<std::string>>{
      {"get", "a b"}, {"set", "k", "v"}, {"del", "k"}});
  CHECK(out.str() == "hello\nhello\nhello\n");
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: an error of Redis is an error") {
  nodes.nodes["a:1"].data = {"-CLUSTERDOWN NOQUORUM shard 1 has no master\r\n"};
  CHECK(make().run("get k") == exit_status::failed);
  CHECK(errors.str().find("CLUSTERDOWN NOQUORUM shard 1") != std::string::npos);
  CHECK(out.str().empty());
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture, "interpreter: a write is not repeated at another node") {
  nodes.kill("a:1");
  CHECK(make().run("set k v") != exit_status::ok);
  CHECK(nodes.commands.size() <= 1);
}

TEST_CASE_FIXTURE(
  shell_interpreter_fixture,
  "interpreter: slots of a key are looked up by its hash tag") {
  auto shard = shard_row{shard_id{1}, epoch{1}, node_name{"n1"}, {}, {}};
  shard.slots = {{slot{0}, slot{16'383}}};
  nodes.nodes["a:1"].shards.shards = {shard};
  CHECK(make(true).run("slots {user1000}.following") == exit_status::ok);
  CHECK(
    out.str()
    == R"([{"first":0,"last":16383,"shard":1,"master":"n1","slot":3443}])"
       "\n");
}

} // namespace
} // namespace troupe::apps::shell
