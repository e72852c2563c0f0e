/// The shell's `inject` and `heal`: what is read, and which node is told what.
#include "apps/shell/command.hpp"
#include "apps/shell/completion.hpp"
#include "apps/shell/inject_order.hpp"
#include "tests/apps/shell_fake_admin.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps::shell {
namespace {

using namespace std::chrono_literals;

using names = std::vector<node_name>;

names of(const std::vector<std::string>& xs) {
  auto result = names{};
  for (const auto& x : xs)
    result.emplace_back(x);
  return result;
}

/// "n1 partition n2,n3" of each node that would be told.
std::vector<std::string> told_by(const std::string& line, const names& members) {
  const auto call = parse_line(line);
  REQUIRE(call);
  const auto order = read_order(*call);
  REQUIRE(order);
  const auto orders = spread(*order, members);
  REQUIRE(orders);
  auto result = std::vector<std::string>{};
  for (const auto& x : *orders)
    result.push_back(
      std::string{to_string(x.what.kind)} + " " + target_of(x.node, x.what));
  return result;
}

/// Three nodes that allow faults, as the shell of n1 sees them.
struct shell_inject_fixture {
  shell_inject_fixture() {
    for (const auto* x : {"n1", "n2", "n3"}) {
      auto row = member(x, static_cast<std::uint64_t>(x[1] - '0'), address(x));
      row.inject = true;
      cluster.members.push_back(row);
    }
    for (const auto& row : cluster.members)
      node
        .add(
          row.link, row.name.value(),
          static_cast<std::uint64_t>(row.name.value()[1] - '0'))
        .members
        = cluster;
    REQUIRE_FALSE(node.connect(address("n1")));
  }

  static std::string address(const std::string& name) { return name + ":7400"; }

  expected<answer> run(const std::string& line) {
    const auto call = parse_line(line);
    REQUIRE(call);
    return std::get<effect_run>(call->what->run).run(node, *call);
  }

  members_reply cluster;
  fake_admin node;
};

TEST_CASE("inject: each end of a partition is told of the other groups") {
  const auto members = of({"n1", "n2", "n3"});
  CHECK(
    told_by("inject partition n1", members)
    == std::vector<std::string>{
      "partition n1:n2,n3", "partition n2:n1", "partition n3:n1"});
  CHECK(
    told_by("inject partition n1/n3", members)
    == std::vector<std::string>{"partition n1:n3", "partition n3:n1"});
}

TEST_CASE("inject: a fault of links is told to the one node") {
  const auto members = of({"n1", "n2", "n3"});
  CHECK(told_by("inject one_way n1", members) == std::vector<std::string>{"one_way n1"});
  CHECK(
    told_by("inject delay n1:n2,n3 5ms --jitter 1ms", members)
    == std::vector<std::string>{"delay n1:n2,n3"});
}

TEST_CASE("inject: values and lengths are read") {
  const auto call = parse_line("inject delay n1 '50 ms' --jitter 10ms --for 10s");
  REQUIRE(call);
  const auto order = read_order(*call);
  REQUIRE(order);
  CHECK(order->what.delay == 50ms);
  CHECK(order->what.jitter == 10ms);
  CHECK(order->what.length == 10s);
}

TEST_CASE("inject: what is wrong is named before any node is asked") {
  struct row {
    std::string line;
    std::string sentence;
  };
  const auto rows = std::vector<row>{
    {"inject partitoin n1", "there is no fault 'partitoin'; did you mean partition?"},
    {"inject partition", "whom shall it strike? Write: inject partition n1 ..."},
    {"inject partition n1,,n2", "a name is missing in 'n1,,n2'"},
    {"inject partition n1/n1", "n1 is in two groups"},
    {"inject partition n1:n2", "a partition has groups: inject partition n1,n2/n3"},
    {"inject partition n1 5", "partition takes no value"},
    {"inject one_way n1:n1", "a node has no link to itself"},
    {"inject pause n1:n2 --for 1s",
     "'n1:n2' is no target of pause; write the name of a node"},
    {"inject pause n1", "a pause needs a length: nothing can end it early; add --for 5s"},
    {"inject drop n1 2",
     "drop is given 2; it takes a probability above 0 and at most 1, as 0.01"},
    {"inject drop n1,n2 0.1", "drop strikes one node; order it for each of 'n1,n2'"},
    {"inject drop n1 0.1 --jitter 1ms", "--jitter is of delay alone"},
    {"inject list n1", "the form is: inject list"}};
  for (const auto& x : rows) {
    const auto call = parse_line(x.line);
    CAPTURE(x.line);
    REQUIRE_FALSE(call);
    CHECK(call.error() == ec::invalid_argument);
    CHECK(sentence_of(call.error()) == x.sentence);
  }
}

TEST_CASE_FIXTURE(
  shell_inject_fixture,
  "inject: all nodes of a partition are told, the cut off ones too") {
  const auto reply = run("inject partition n2 --for 3s");
  REQUIRE(reply);
  CHECK(reply->value.size() == 3);
  REQUIRE(node.injected->size() == 3);
  CHECK(node.injected->at(0).first == "n2");
  CHECK(node.injected->at(0).second.length == 3s);
}

TEST_CASE_FIXTURE(
  shell_inject_fixture, "inject: a node that does not allow it leaves the others alone") {
  const auto refusal = fail(ec::wrong_state, "n3 was not started with --allow-inject");
  node.nodes.at(address("n3")).faults = refusal;
  const auto reply = run("inject partition n2");
  REQUIRE_FALSE(reply);
  CHECK(reply.error() == ec::wrong_state);
  CHECK(node.injected->empty());
}

TEST_CASE_FIXTURE(shell_inject_fixture, "inject: somebody who is no member is named") {
  const auto reply = run("inject partition n22");
  REQUIRE_FALSE(reply);
  CHECK(reply.error() == ec::not_found);
  CHECK(sentence_of(reply.error()) == "there is no member n22; did you mean n2?");
}

TEST_CASE_FIXTURE(
  shell_inject_fixture, "inject: list shows each node's faults with what remains") {
  auto fault = injected_fault{};
  fault.kind = injected_kind::delay;
  fault.peers = of({"n3"});
  fault.delay = 50ms;
  node.nodes.at(address("n2")).faults = faults_reply{{{injection_id{4}, fault, 1500ms}}};
  const auto reply = run("inject list");
  REQUIRE(reply);
  REQUIRE(reply->value.size() == 1);
  const auto& row = reply->value.at(0);
  CHECK(row.at("node") == "n2");
  CHECK(row.at("id") == 4);
  CHECK(row.at("kind") == "delay");
  CHECK(row.at("target") == "n2:n3");
  CHECK(row.at("parameters").at("delay_seconds") == 0.05);
  CHECK(row.at("remaining_seconds") == 1.5);
}

TEST_CASE_FIXTURE(
  shell_inject_fixture, "heal: goes to all nodes, and says who did not answer") {
  REQUIRE(run("heal"));
  CHECK(*node.healed == std::vector<std::string>{"n1", "n2", "n3"});
  node.healed->clear();
  REQUIRE(run("heal n2"));
  CHECK(*node.healed == std::vector<std::string>{"n2"});
  node.healed->clear();
  node.kill(address("n2"));
  const auto reply = run("heal");
  REQUIRE_FALSE(reply);
  CHECK(sentence_of(reply.error()).starts_with("n2: nobody listens"));
  CHECK(*node.healed == std::vector<std::string>{"n1", "n3"});
}

TEST_CASE_FIXTURE(
  shell_inject_fixture, "inject: kinds are completed, and members within a target") {
  const auto from = [&](argument_kind kind, std::string_view typed) {
    return names_of(kind, typed, node);
  };
  CHECK(
    complete("inject pa", from).candidates
    == std::vector<std::string>{"partition", "pause"});
  CHECK(
    complete("inject partition n1,n2/n", from).candidates
    == std::vector<std::string>{"n1,n2/n1", "n1,n2/n2", "n1,n2/n3"});
  CHECK(
    complete("inject delay n1 --j", from).candidates
    == std::vector<std::string>{"--jitter"});
}

} // namespace
} // namespace troupe::apps::shell
