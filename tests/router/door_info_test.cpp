#include "router/resp/door_info.hpp"
#include "tests/router/cluster_fixture.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string_view>;

struct door_info_fixture : cluster_fixture {
  door_facts facts{
    .version = "0.1.0",
    .process_id = 42,
    .port = 7'501,
    .uptime = 25h,
    .connection_count = 3,
    .connection_count_max = 100,
    .connections_total = 7,
    .commands_total = 99,
    .memory_bytes = 1'000,
    .config = {{"proto-max-bulk-len", "6291456"}},
  };

  [[nodiscard]] std::string info(const words& sections, std::uint64_t node = 1) const {
    return info_reply(sections, seen_by(node), facts);
  }
  [[nodiscard]] std::string config(const words& patterns) const {
    return config_get_reply(patterns, facts);
  }
};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE_FIXTURE(door_info_fixture, "door_info: INFO says what clients look for") {
  auto text = info({});
  CHECK(holds(text, "# Server\r\nredis_version:7.0.15\r\n"));
  CHECK(holds(text, "\r\nrole:master\r\n"));
  CHECK(holds(text, "\r\nloading:0\r\n"));
  CHECK(holds(text, "\r\ncluster_enabled:1\r\n"));
  CHECK(holds(text, "\r\nuptime_in_days:1\r\n"));
  CHECK(holds(text, "\r\nconnected_slaves:1\r\n"));
  CHECK(holds(text, "\r\n\r\n# Clients\r\nconnected_clients:3\r\n"));
  CHECK(text == info({"everything"}));
  CHECK(text == info({"stats", "DEFAULT"}));
}

TEST_CASE_FIXTURE(door_info_fixture, "door_info: INFO has the sections that are named") {
  CHECK(
    info({"STATS", "cluster", "nosuch"})
    == "$100\r\n# Stats\r\ntotal_connections_received:7\r\n"
       "total_commands_processed:99\r\n\r\n# Cluster\r\ncluster_enabled:1\r\n\r\n");
  CHECK(info({"nosuch"}) == "$0\r\n\r\n");
}

TEST_CASE_FIXTURE(
  door_info_fixture, "door_info: a node that masters nothing is a slave") {
  auto text = info({"replication"}, 3);
  CHECK(holds(text, "\r\nrole:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:7501\r\n"));
  CHECK(holds(text, "\r\nmaster_link_status:up\r\n"));
}

TEST_CASE_FIXTURE(
  door_info_fixture, "door_info: CONFIG GET finds by name and by pattern") {
  CHECK(config({"save"}) == "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
  CHECK(config({"nosuch"}) == "*0\r\n");
  CHECK(
    config({"MAX*"})
    == "*4\r\n$10\r\nmaxclients\r\n$3\r\n100\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n");
  CHECK(
    config({"proto-max-bulk-len", "proto*"})
    == "*2\r\n$18\r\nproto-max-bulk-len\r\n$7\r\n6291456\r\n");
}

TEST_CASE("door_info: patterns match as far as stars and question marks go") {
  CHECK(matches_pattern("", ""));
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("**a*", "xxa"));
  CHECK(matches_pattern("a*b*c", "aXbYbZc"));
  CHECK(matches_pattern("a?c", "abc"));
  CHECK(matches_pattern("*.*.c", "a.b.c"));
  CHECK_FALSE(matches_pattern("", "a"));
  CHECK_FALSE(matches_pattern("a?c", "ac"));
  CHECK_FALSE(matches_pattern("a*b", "abc"));
  CHECK_FALSE(matches_pattern("abc", "ab"));
  CHECK_FALSE(matches_pattern("?", ""));
  CHECK_FALSE(matches_pattern(std::string(50, '*') + "b", std::string(10'000, 'a')));
}
