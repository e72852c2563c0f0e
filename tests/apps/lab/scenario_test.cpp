#include "apps/lab/scenario.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

const auto words
  = scenario_words{{"kill", "kill_all", "pause"}, {"linearizable", "nothing_lost"}};

expected<scenario> read(const std::string& text) {
  return parse_scenario(text, "some/kill_master.toml", words);
}

/// What is said of a file that is wrong.
std::string complaint(const std::string& text) {
  const auto result = read(text);
  REQUIRE_FALSE(result);
  CHECK(result.error() == ec::invalid_config);
  return sentence_of(result.error());
}

bool starts_with_place(const std::string& text, int line) {
  return text.starts_with("some/kill_master.toml:" + std::to_string(line) + ": ");
}

} // namespace

TEST_CASE("scenario: an empty file is three nodes without faults") {
  const auto x = read("");
  REQUIRE(x);
  CHECK(x->name == "kill_master");
  CHECK(x->cluster.node_count == 3);
  CHECK(x->faults.empty());
  CHECK_FALSE(x->properties);
}

TEST_CASE("scenario: every key is read") {
  const auto x = read(R"(
[cluster]
nodes = 5
shards = 4
replicas = 3
ack = "async"
[clients]
count = 2
readonly = 1
keys = 7
mix = { read = 1, add = 2 }
timeout = "3 s"
[run]
seconds = 9
seed = 12
[[fault]]
at = "5 s"
kind = "pause"
target = "n5"
[[fault]]
at = "2 s"
kind = "kill"
target = "master:4"
for = "1 s"
[nemesis]
kinds = ["kill_all"]
between = ["100 ms", "2 s"]
[expect]
properties = ["nothing_lost"]
lag = "20 ms"
more_descriptors = 7
more_memory = "3 MiB"
)");
  REQUIRE_MESSAGE(x, render(x.error()));
  CHECK(x->cluster.node_count == 5);
  CHECK(x->cluster.shard_count == 4);
  CHECK(x->cluster.replica_count == 3);
  CHECK(x->cluster.ack == storage::ack_mode::async);
  CHECK(x->clients.count == 2);
  CHECK(x->clients.readonly_count == 1);
  CHECK(x->clients.key_count == 7);
  CHECK(x->clients.mix == operation_mix{1, 0, 0, 0, 2});
  CHECK(x->clients.timeout == 3s);
  CHECK(x->length == 9s);
  CHECK(x->seed == 12);
  REQUIRE(x->faults.size() == 2);
  CHECK(x->faults[0] == planned_fault{1, 2s, "kill", 0, "master:4", 1s});
  CHECK(x->faults[1] == planned_fault{2, 5s, "pause", 0, "n5", std::nullopt});
  REQUIRE(x->nemesis);
  CHECK(x->nemesis->kinds == std::vector<std::string>{"kill_all"});
  CHECK(x->nemesis->between_min == 100ms);
  CHECK(x->nemesis->between_max == 2s);
  CHECK(x->properties == std::vector<std::string>{"nothing_lost"});
  CHECK(x->lag_max == 20ms);
  CHECK(x->growth.descriptor_count == 7);
  CHECK(x->growth.memory == mib(3));
}

TEST_CASE("scenario: an unknown fault is named with its line and the known ones") {
  const auto text = complaint("[[fault]]\nat = \"1 s\"\nkind = \"kil\"\n");
  CHECK(starts_with_place(text, 3));
  CHECK(text.find("unknown fault 'kil'; did you mean kill?") != std::string::npos);
  CHECK(text.find("Known: kill, kill_all, pause") != std::string::npos);
  CHECK(starts_with_place(complaint("[nemesis]\nkinds = [\"meteor\"]\n"), 2));
}

TEST_CASE("scenario: an unknown property is named with its line and the known ones") {
  const auto text = complaint("[expect]\n\nproperties = [\"nothing_lots\"]\n");
  CHECK(starts_with_place(text, 3));
  CHECK(text.find("did you mean nothing_lost?") != std::string::npos);
  CHECK(text.find("Known: linearizable, nothing_lost") != std::string::npos);
}

TEST_CASE("scenario: an unknown key or section is named with its line") {
  const auto key = complaint("[cluster]\nnodes = 3\nshard = 2\n");
  CHECK(starts_with_place(key, 3));
  CHECK(key.find("unknown key 'shard'; did you mean shards?") != std::string::npos);
  CHECK(starts_with_place(complaint("[clusters]\n"), 1));
}

TEST_CASE("scenario: values that cannot be are named with their lines") {
  const auto cases = std::vector<std::pair<std::string, int>>{
    {"[cluster]\nnodes = 0\n", 2},
    {"[cluster]\nnodes = 2\nreplicas = 3\n", 3},
    {"[cluster]\nack = \"never\"\n", 2},
    {"[run]\nseconds = \"9\"\n", 2},
    {"[clients]\nmix = { read = 0 }\n", 2},
    {"[clients]\ntimeout = 5\n", 2},
    {"[[fault]]\nkind = \"kill\"\n", 1},
    {"[[fault]]\nat = \"1 s\"\nkind = \"kill\"\ntarget = \"n4\"\n", 4},
    {"[run]\nseconds = 9\n[[fault]]\nat = \"9 s\"\nkind = \"kill\"\n", 4},
    {"[[fault]]\nat = \"1\"\nkind = \"kill\"\n", 2},
    {"[nemesis]\nkinds = [\"kill\"]\nbetween = [\"2 s\", \"1 s\"]\n", 3},
    {"[cluster\n", 1}};
  for (const auto& [text, line] : cases) {
    const auto said = complaint(text);
    CHECK_MESSAGE(starts_with_place(said, line), said);
  }
}

TEST_CASE("scenario: the plan has all faults by time, and is the seed's") {
  const auto x
    = read("[[fault]]\nat = \"5 s\"\nkind = \"pause\"\n[nemesis]\nkinds = [\"kill\"]\n");
  REQUIRE(x);
  const auto plan = plan_of(*x, 3);
  CHECK(plan.size() > 3);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    CHECK(plan[i].number == i + 1);
    CHECK((i == 0 || plan[i - 1].at <= plan[i].at));
  }
  CHECK(plan == plan_of(*x, 3));
  CHECK(plan != plan_of(*x, 4));
}

TEST_CASE("scenario: a simulator is asked for its sizes and its plan") {
  const auto x = read("[cluster]\nnodes = 5\n[clients]\ncount = 2\n[run]\nseconds = 9\n"
                      "[[fault]]\nat = \"5 s\"\nkind = \"pause\"\n");
  REQUIRE(x);
  const auto request = request_of(*x, 8);
  CHECK(request.seed == 8);
  CHECK(request.node_count == 5);
  CHECK(request.client_count == 2);
  CHECK(request.length == 9s);
  CHECK(request.plan == plan_of(*x, 8));
  CHECK(request.fault_kinds == std::vector<std::string>{"pause"});
}
