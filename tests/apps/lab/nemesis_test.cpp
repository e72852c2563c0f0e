#include "apps/lab/chaos/nemesis.hpp"

#include <map>
#include <set>
#include <thread>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

/// A world that notes what is done to it.
class paper_world final : public chaos_world {
public:
  explicit paper_world(std::size_t node_count) {
    for (std::size_t i = 0; i < node_count; ++i) {
      nodes_.push_back({});
      nodes_.back().name = "n" + std::to_string(i + 1);
      running.insert(i);
    }
  }

  [[nodiscard]] const std::vector<apps::local_node>& nodes() const override {
    return nodes_;
  }
  error start(std::size_t node) override {
    running.insert(node);
    return {};
  }
  error wait_ready(duration) override { return {}; }
  [[nodiscard]] bool runs(std::size_t node) const override {
    return running.contains(node);
  }
  std::optional<std::string> ended_by_itself(std::size_t node) override {
    if (crashed.erase(node) == 0)
      return std::nullopt;
    running.erase(node);
    return "exited with code 3";
  }
  error kill(std::size_t node) override {
    running.erase(node);
    return {};
  }
  error pause(std::size_t node) override {
    paused.insert(node);
    return {};
  }
  error resume(std::size_t node) override {
    paused.erase(node);
    return {};
  }
  error starve(std::size_t node) override {
    starving.insert(node);
    return {};
  }
  error feed(std::size_t node) override {
    starving.erase(node);
    return {};
  }
  [[nodiscard]] std::optional<node_usage> usage(std::size_t) const override {
    return std::nullopt;
  }
  error set_link(std::size_t from, std::size_t to, const link_rule& rule) override {
    links[{from, to}] = rule;
    return {};
  }
  error fill_disk(std::size_t node) override {
    full.insert(node);
    return {};
  }
  error free_disk(std::size_t node) override {
    full.erase(node);
    return {};
  }
  error close() override { return {}; }

  [[nodiscard]] std::size_t cut_count() const {
    auto result = std::size_t{0};
    for (const auto& [link, rule] : links)
      result += rule.cut ? 1 : 0;
    return result;
  }

  std::set<std::size_t> running;
  std::set<std::size_t> paused;
  std::set<std::size_t> starving;
  std::set<std::size_t> full;
  std::set<std::size_t> crashed;
  link_rules links;

private:
  std::vector<apps::local_node> nodes_;
};

using set = std::set<std::size_t>;

planned_fault
fault(std::string kind, std::optional<std::string> target, duration length) {
  return {1, 0s, std::move(kind), 5, std::move(target), length};
}

/// A nemesis over a world of three nodes.
struct fixture {
  nemesis start(fault_plan plan) {
    return nemesis{world, clock, std::move(plan), [](const std::string&) {}};
  }

  paper_world world{3};
  run_clock clock;
};

} // namespace

TEST_CASE_FIXTURE(fixture, "nemesis: a killed node is started again by the heal") {
  auto x = start({fault("kill", "n2", 1h)});
  CHECK_FALSE(x.act());
  CHECK(world.running == set{0, 2});
  REQUIRE(x.strikes().size() == 1);
  CHECK(x.strikes().front().nodes == std::vector<std::string>{"n2"});
  CHECK_FALSE(x.strikes().front().ended);
  CHECK_FALSE(x.heal());
  CHECK(world.running == set{0, 1, 2});
  CHECK(x.strikes().front().ended);
  CHECK_FALSE(x.next());
}

TEST_CASE_FIXTURE(fixture, "nemesis: a fault ends after its length") {
  auto x = start({fault("pause", "n1", 1ms)});
  CHECK_FALSE(x.act());
  CHECK(world.paused == set{0});
  while (x.next() && clock.now() < *x.next())
    std::this_thread::yield();
  CHECK_FALSE(x.act());
  CHECK(world.paused.empty());
}

TEST_CASE_FIXTURE(fixture, "nemesis: a starved node gets its time back") {
  auto x = start({fault("starve", "n2", 1h)});
  CHECK_FALSE(x.act());
  CHECK(world.starving == set{1});
  CHECK_FALSE(x.heal());
  CHECK(world.starving.empty());
}

TEST_CASE_FIXTURE(fixture, "nemesis: a node that is struck is left alone by others") {
  auto x = start({fault("kill", "n1", 1h), fault("pause", "n1", 1h)});
  CHECK_FALSE(x.act());
  CHECK(world.paused.empty());
  REQUIRE(x.strikes().size() == 2);
  CHECK_FALSE(x.strikes().back().struck());
}

TEST_CASE_FIXTURE(fixture, "nemesis: all are killed that can be") {
  auto x = start({fault("pause", "n1", 1h), fault("kill_all", std::nullopt, 1h)});
  CHECK_FALSE(x.act());
  CHECK(world.running == set{0});
  CHECK_FALSE(x.heal());
  CHECK(world.running == set{0, 1, 2});
  CHECK(world.paused.empty());
}

TEST_CASE_FIXTURE(fixture, "nemesis: faults of links add up, and end one by one") {
  auto x = start({fault("one_way", "n1", 1h), fault("isolate", "n2", 1h)});
  CHECK_FALSE(x.act());
  CHECK(world.cut_count() == 5);
  CHECK_FALSE(x.heal());
  CHECK(world.cut_count() == 0);
}

TEST_CASE_FIXTURE(fixture, "nemesis: a node that ends for want of room is started") {
  auto x = start({fault("disk_full", "n3", 1h)});
  CHECK_FALSE(x.act());
  CHECK(world.full == set{2});
  CHECK(world.running == set{0, 1, 2});
  world.crashed = {2};
  CHECK(x.deaths().empty());
  CHECK_FALSE(x.heal());
  CHECK(world.full.empty());
  CHECK(world.running == set{0, 1, 2});
}

TEST_CASE_FIXTURE(fixture, "nemesis: a node that ends by itself is told of once") {
  auto x = start({});
  world.crashed = {1};
  CHECK(x.deaths() == std::vector<std::string>{"n2 exited with code 3"});
  CHECK(x.deaths().empty());
  CHECK_FALSE(x.heal());
  CHECK(world.running == set{0, 1, 2});
}
