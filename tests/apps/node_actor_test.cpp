/// A node of one, as actors: how it comes to life and how it ends.
#include "actors/inprocess_transport.hpp"
#include "actors/sim/disk.hpp"
#include "apps/node/node.hpp"
#include "storage/memory_store.hpp"
#include "tests/support/deterministic_system.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

node_config lone_config() {
  auto result = node_config{};
  result.name = node_name{"n1"};
  complete(result, "host");
  return result;
}

/// A bug in replicas: that of each shard in `throwing` throws once. That of `unreadable`
/// cannot read a row.
class faulty_replicas final : public storage::replica_observer {
public:
  void started(const storage::replica&, const storage::opened_replica&) override {}
  void handled(const storage::replica& core, const storage::replica_output&) override {
    const auto shard = core.state().self.who.shard;
    ++handled_count[shard];
    if (throwing.erase(shard) > 0)
      throw std::runtime_error{"a bug"};
    if (unreadable == shard)
      throw storage::unreadable_row{fail(ec::system, "cannot read n1's rows")};
  }
  void sending(const storage::replica&, const storage::message&) override {}
  void ended(const storage::replica&) override {}

  std::set<shard_id> throwing;
  std::optional<shard_id> unreadable;
  std::map<shard_id, int> handled_count;
};

struct node_fixture {
  node_fixture() { register_all_codecs(codecs); }

  /// Begins an incarnation of the node on its disk.
  void make_node() {
    auto random = random_source{1};
    auto identity
      = cluster::begin_incarnation(disk, config.name, config.cluster_name, random);
    REQUIRE(identity);
    subject.emplace(
      node_environment{
        .engine = &system.engine(),
        .clock = system.clock(),
        .transport = &transport,
        .codecs = &codecs,
        .disk = &disk,
        .open_store
        = [](const std::string&) -> expected<std::shared_ptr<storage::store>> {
          return std::make_shared<storage::memory_store>();
        },
        .syncs = std::make_shared<storage::inline_sync_pool>(),
        .log = &sink,
        .seed = 1,
        .pid = 1,
        .threads = false,
        .observer = &replicas},
      config, *identity,
      [this](service_environment& x) {
        environment = &x;
        if (leaves_early)
          subject->leave();
        return services;
      },
      [this](const error& why) { ends.push_back(why); });
  }

  /// Its actors point into the node and end before it.
  ~node_fixture() { end_life(); }

  void end_life() {
    subject->stop([] {});
    system.settle();
    subject->forget();
  }

  [[nodiscard]] auto logged_count(std::string_view text) const {
    return std::ranges::count_if(lines, [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }

  test::deterministic_system system;
  actors::inprocess_transport transport;
  actors::message_codecs codecs;
  sim::memory_disk disk;
  std::vector<std::string> lines;
  log_sink sink{
    {},
    [this] { return system.clock()->wall_time(); },
    [this](std::string_view line) { lines.emplace_back(line); }};
  node_config config = lone_config();
  std::vector<router::service_definition> services;
  service_environment* environment = nullptr;
  bool leaves_early = false; ///< While it joins.
  std::vector<error> ends;
  faulty_replicas replicas;
  std::optional<node> subject;
};

/// Answers with what it was called with.
router::service_definition echo_service() {
  auto echo = [](const router::invocation& x, const router::responder& respond) {
    respond(x.content);
  };
  return {{"", "test.Echo", ""}, {{"Echo", true, echo}}};
}

/// Keeps its callers waiting.
router::service_definition kept_service(std::vector<router::responder>* kept) {
  auto keep = [kept](const router::invocation&, const router::responder& respond) {
    kept->push_back(respond);
  };
  return {{"", "test.Kept", ""}, {{"Keep", true, keep}}};
}

/// Outer calls Inner, which fails; both note the traces of their calls.
router::service_definition
relay_service(service_environment** node, std::vector<router::trace_id>* seen) {
  auto relay
    = [node, seen](const router::invocation& x, const router::responder& respond) {
        seen->push_back(x.trace);
        (*node)->call(
          "test.Relay", {.method = "Inner", .content = x.content, .trace = x.trace},
          [respond](const expected<router::call_answer>& answer) {
            respond(answer ? expected<std::string>{answer->content} : answer.error());
          });
      };
  auto inner = [seen](const router::invocation& x, const router::responder& respond) {
    seen->push_back(x.trace);
    respond(fail(ec::wrong_state, "never"));
  };
  return {{"", "test.Relay", ""}, {{"Outer", false, relay}, {"Inner", false, inner}}};
}

using answers = std::vector<expected<router::call_answer>>;

} // namespace

TEST_CASE_FIXTURE(
  node_fixture, "node: actors that are faster than their starter find all") {
  make_node();
  system.settle_inside_next_send();
  subject->start();
  CHECK(ends.empty());
  CHECK(subject->phase() == node_phase::ready);
}

TEST_CASE_FIXTURE(
  node_fixture, "node: asked to leave before its first actor ran it leaves") {
  make_node();
  subject->start();
  subject->leave();
  system.advance(10s);
  REQUIRE(ends.size() == 1);
  CHECK_FALSE(ends.front());
  CHECK(subject->phase() == node_phase::leaving);
}

TEST_CASE_FIXTURE(node_fixture, "node: asked to leave while it joins it is never ready") {
  leaves_early = true;
  make_node();
  subject->start();
  system.advance(10s);
  REQUIRE(ends.size() == 1);
  CHECK_FALSE(ends.front());
  CHECK(subject->phase() == node_phase::leaving);
}

TEST_CASE_FIXTURE(node_fixture, "node: its services know it, and can call others") {
  services = {echo_service()};
  make_node();
  subject->start();
  system.settle();
  REQUIRE(environment != nullptr);
  CHECK(environment->self().name == node_name{"n1"});
  CHECK(environment->context().clock == system.clock());
  auto heard = answers{};
  auto take = [&](expected<router::call_answer> x) { heard.push_back(std::move(x)); };
  environment->call("test.Echo", {.method = "Echo", .content = "hi", .trace = {}}, take);
  environment->call("test.Echo", {.method = "Shout", .content = "", .trace = {}}, take);
  system.advance(2s);
  REQUIRE(heard.size() == 2);
  REQUIRE(heard[0]);
  CHECK(heard[0]->content == "hi");
  CHECK_FALSE(heard[1]);
}

TEST_CASE_FIXTURE(
  node_fixture,
  "node: one trace follows a call into what its handler calls and the log") {
  auto seen = std::vector<router::trace_id>{};
  services = {relay_service(&environment, &seen)};
  make_node();
  subject->start();
  system.settle();
  auto heard = answers{};
  environment->call(
    "test.Relay", {.method = "Outer", .content = "hi", .trace = {}},
    [&](expected<router::call_answer> x) { heard.push_back(std::move(x)); });
  system.advance(2s);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].error() == ec::wrong_state);
  REQUIRE(seen.size() == 2);
  CHECK_FALSE(seen[0].value().nil());
  CHECK(seen[1] == seen[0]);
  // Both calls, at the provider and at the consumer.
  const auto trace = "trace=" + to_string(seen[0]);
  CHECK(logged_count(trace) == 4);
  CHECK(logged_count("msg=\"a call failed\" " + trace) == 2);
  CHECK(logged_count("msg=\"a handler failed its call\" " + trace) == 2);
}

TEST_CASE_FIXTURE(node_fixture, "node: a call fails at once when the gateway ends") {
  auto kept = std::vector<router::responder>{};
  services = {kept_service(&kept)};
  make_node();
  subject->start();
  system.settle();
  auto heard = answers{};
  environment->call(
    "test.Kept", {.method = "Keep", .content = "hi", .trace = {}},
    [&](expected<router::call_answer> x) { heard.push_back(std::move(x)); });
  system.settle();
  REQUIRE(kept.size() == 1);
  REQUIRE(heard.empty());
  caf::anon_send_exit(environment->gateway(), caf::exit_reason::kill);
  system.settle();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].error() == ec::stopping);
}

TEST_CASE_FIXTURE(node_fixture, "node: a master that nobody can follow leaves at once") {
  make_node();
  subject->start();
  system.advance(10s);
  REQUIRE(logged_count("msg=master") > 0);
  subject->leave();
  system.advance(1s);
  CHECK(ends.size() == 1);
}

TEST_CASE_FIXTURE(
  node_fixture, "node: replicas whose files were wiped are not made anew") {
  auto replica_count = config.storage.shard_count + 1; // The catalog's, too.
  make_node();
  subject->start();
  system.advance(10s);
  REQUIRE(logged_count("replica made") == replica_count);
  end_life();
  lines.clear();
  REQUIRE(!disk.remove("shards"));
  make_node();
  subject->start();
  system.advance(10s);
  CHECK(ends.empty());
  CHECK(logged_count("replica is quarantined") == replica_count);
  CHECK(logged_count("replica made") == 0);
  CHECK(disk.list("shards")->empty());
}

TEST_CASE_FIXTURE(
  node_fixture, "node: a replica that ends of a bug is quarantined, the others go on") {
  make_node();
  subject->start();
  system.advance(10s);
  for (auto shard : {shard_id{0}, shard_id{1}}) { // The catalog's, too.
    CAPTURE(shard);
    lines.clear();
    replicas.throwing = {shard};
    system.advance(5s);
    CHECK(logged_count("replica is quarantined\" shard=" + to_string(shard)) == 1);
    CHECK(logged_count("replica is quarantined") == 1);
  }
  CHECK(ends.empty());
  const auto before = replicas.handled_count[shard_id{2}];
  system.advance(5s);
  CHECK(replicas.handled_count[shard_id{2}] > before);
  end_life();
  lines.clear();
  make_node();
  subject->start();
  system.advance(10s);
  CHECK(logged_count("replica is quarantined") == 0);
  for (auto shard : {shard_id{0}, shard_id{1}})
    CHECK(logged_count("msg=master shard=" + to_string(shard) + " ") == 1);
}

TEST_CASE_FIXTURE(node_fixture, "node: one replica's disk that cannot be read ends it") {
  make_node();
  subject->start();
  system.advance(10s);
  REQUIRE(ends.empty());
  replicas.unreadable = shard_id{1};
  system.advance(5s);
  REQUIRE(ends.size() == 1);
  CHECK(render(ends.front()).ends_with("child shards: system: cannot read n1's rows"));
  CHECK(logged_count("replica is quarantined") == 0);
}

TEST_CASE_FIXTURE(node_fixture, "node: replicas that end one after the other end it") {
  config.storage.shard_count = 7;
  make_node();
  subject->start();
  system.advance(10s);
  for (auto i = 1U; i <= 5; ++i)
    replicas.throwing.insert(shard_id{i});
  system.advance(5s);
  CHECK(ends.empty());
  CHECK(logged_count("replica is quarantined") == 5);
  replicas.throwing = {shard_id{6}};
  system.advance(5s);
  CHECK(logged_count("replicas end too often") == 1);
  REQUIRE(ends.size() == 1);
  CHECK(ends.front() == ec::internal);
}

TEST_CASE_FIXTURE(
  node_fixture, "node: one that is ready leaves when it is asked to, once") {
  make_node();
  subject->start();
  system.settle();
  REQUIRE(subject->phase() == node_phase::ready);
  subject->leave();
  system.advance(10s);
  REQUIRE(ends.size() == 1);
  CHECK_FALSE(ends.front());
}

} // namespace troupe::apps
