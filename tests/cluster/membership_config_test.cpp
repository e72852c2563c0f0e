#include "cluster/membership_config.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;
using namespace std::chrono_literals;

TEST_CASE("membership_config: all presets are valid") {
  CHECK(!lan_membership().validate());
  CHECK(!wan_membership().validate());
  CHECK(!test_membership().validate());
}

TEST_CASE("membership_config: a value out of range is named, with the range") {
  auto config = membership_config{};
  config.suspicion_mult = 1;
  auto trouble = config.validate();
  REQUIRE(trouble == ec::invalid_config);
  CHECK(sentence_of(trouble) == "membership.suspicion_mult is 1; allowed is 2 to 32");
}

TEST_CASE("membership_config: each key has both of its bounds checked") {
  struct scenario {
    const char* key;
    void (*spoil)(membership_config&);
  };
  const auto table = std::vector<scenario>{
    {"probe_interval", [](auto& x) { x.probe_interval = 9ms; }},
    {"probe_interval", [](auto& x) { x.probe_interval = 61s; }},
    {"probe_timeout", [](auto& x) { x.probe_timeout = 0ms; }},
    {"probe_timeout", [](auto& x) { x.probe_timeout = x.probe_interval; }},
    {"indirect_probe_count", [](auto& x) { x.indirect_probe_count = 17; }},
    {"suspicion_mult", [](auto& x) { x.suspicion_mult = 33; }},
    {"suspicion_max_mult", [](auto& x) { x.suspicion_max_mult = 0; }},
    {"suspicion_max_mult", [](auto& x) { x.suspicion_max_mult = 33; }},
    {"health_score_max", [](auto& x) { x.health_score_max = 33; }},
    {"late_wake", [](auto& x) { x.late_wake = 0ms; }},
    {"late_wake", [](auto& x) { x.late_wake = 61s; }},
    {"gossip_interval", [](auto& x) { x.gossip_interval = 0ms; }},
    {"gossip_interval", [](auto& x) { x.gossip_interval = 61s; }},
    {"gossip_node_count", [](auto& x) { x.gossip_node_count = 0; }},
    {"gossip_node_count", [](auto& x) { x.gossip_node_count = 33; }},
    {"gossip_to_dead_for", [](auto& x) { x.gossip_to_dead_for = -1ms; }},
    {"gossip_to_dead_for", [](auto& x) { x.gossip_to_dead_for = 3'601s; }},
    {"retransmit_mult", [](auto& x) { x.retransmit_mult = 0; }},
    {"retransmit_mult", [](auto& x) { x.retransmit_mult = 33; }},
    {"gossip_bytes_max", [](auto& x) { x.gossip_bytes_max = 255; }},
    {"gossip_bytes_max", [](auto& x) { x.gossip_bytes_max = 1'048'577; }},
    {"push_pull_interval", [](auto& x) { x.push_pull_interval = 9ms; }},
    {"push_pull_interval", [](auto& x) { x.push_pull_interval = 3'601s; }},
    {"reconnect_interval", [](auto& x) { x.reconnect_interval = 9ms; }},
    {"reconnect_interval", [](auto& x) { x.reconnect_interval = 3'601s; }},
    {"reconnect_count", [](auto& x) { x.reconnect_count = 0; }},
    {"reconnect_count", [](auto& x) { x.reconnect_count = 33; }},
    {"reclaim_after", [](auto& x) { x.reclaim_after = 59s; }},
    {"reclaim_after", [](auto& x) { x.reclaim_after = 24h * 366; }},
    {"join_interval", [](auto& x) { x.join_interval = 9ms; }},
    {"join_interval", [](auto& x) { x.join_interval = 3'601s; }},
    {"leave_timeout", [](auto& x) { x.leave_timeout = 0ms; }},
    {"leave_timeout", [](auto& x) { x.leave_timeout = 61s; }},
  };
  for (const auto& row : table) {
    auto config = membership_config{};
    row.spoil(config);
    auto trouble = config.validate();
    CAPTURE(row.key);
    REQUIRE(trouble == ec::invalid_config);
    CHECK(
      sentence_of(trouble).starts_with("membership." + std::string{row.key} + " is "));
  }
}

TEST_CASE("membership_config: the shortest suspicion grows with the logarithm of N") {
  // memberlist's util_test.go: mult * max(1, log10 N) * interval, mult 3, interval 1 s.
  auto config = membership_config{};
  config.suspicion_mult = 3;
  struct scenario {
    std::size_t count;
    duration expected;
  };
  const auto table = std::vector<scenario>{
    {0, 3s},       {1, 3s},   {5, 3s},        {10, 3s},
    {50, 5'097ms}, {100, 6s}, {500, 8'097ms}, {1'000, 9s},
  };
  for (const auto& row : table) {
    CAPTURE(row.count);
    CHECK(suspicion_min(config, row.count) == row.expected);
    CHECK(suspicion_max(config, row.count) == 6 * row.expected);
  }
}

TEST_CASE("membership_config: a claim is passed on mult * ceil(log10(N + 1)) times") {
  struct scenario {
    std::size_t count;
    unsigned expected;
  };
  const auto table = std::vector<scenario>{{0, 4},  {1, 4},    {9, 4},   {10, 8},
                                           {99, 8}, {100, 12}, {999, 12}};
  for (const auto& row : table) {
    CAPTURE(row.count);
    CHECK(retransmit_limit({}, row.count) == row.expected);
  }
}

TEST_CASE("membership_config: full exchanges become rarer above 32 members") {
  struct scenario {
    std::size_t count;
    duration expected;
  };
  const auto table = std::vector<scenario>{{1, 30s},  {32, 30s}, {33, 60s},
                                           {64, 60s}, {65, 90s}, {128, 90s}};
  for (const auto& row : table) {
    CAPTURE(row.count);
    CHECK(push_pull_period({}, row.count) == row.expected);
  }
}
