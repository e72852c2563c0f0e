/// A node of one, as actors: how it comes to life and how it ends.
#include "actors/inprocess_transport.hpp"
#include "actors/sim/disk.hpp"
#include "apps/node/node.hpp"
#include "tests/support/deterministic_system.hpp"

#include <optional>
#include <string>
#include <vector>

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

struct fixture {
  fixture() { register_all_codecs(codecs); }

  /// Begins a life of the node on its disk.
  void make_node() {
    auto random = random_source{1};
    auto identity = cluster::begin_life(disk, config.name, config.cluster_name, random);
    REQUIRE(identity);
    subject.emplace(
      node_environment{
        .engine = &system.engine(),
        .clock = system.clock(),
        .transport = &transport,
        .codecs = &codecs,
        .disk = &disk,
        .log = &sink,
        .seed = 1,
        .pid = 1,
        .threads = false},
      config, *identity, std::vector<router::service_definition>{},
      [this](const error& why) { ends.push_back(why); });
  }

  /// Its actors point into the node and end before it.
  ~fixture() {
    subject->stop([] {});
    system.settle();
    subject->forget();
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
  std::vector<error> ends;
  std::optional<node> subject;
};

} // namespace

TEST_CASE_FIXTURE(fixture, "node: actors that are faster than their starter find all") {
  make_node();
  system.settle_inside_next_send();
  subject->start();
  CHECK(ends.empty());
  CHECK(subject->phase() == node_phase::ready);
}

TEST_CASE_FIXTURE(fixture, "node: asked to leave before its first actor ran it leaves") {
  make_node();
  subject->start();
  subject->leave();
  system.advance(10s);
  REQUIRE(ends.size() == 1);
  CHECK_FALSE(ends.front());
  CHECK(subject->phase() == node_phase::leaving);
}

TEST_CASE_FIXTURE(fixture, "node: one that is ready leaves when it is asked to, once") {
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
