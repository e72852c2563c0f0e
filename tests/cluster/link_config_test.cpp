#include "cluster/link_config.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

using namespace std::chrono_literals;

TEST_CASE("link_config: the defaults are valid") {
  CHECK_FALSE(link_config{}.validate());
}

TEST_CASE("link_config: each lane has its own window") {
  auto config = link_config{.window_control_bytes = 1, .window_bulk_bytes = 2};
  CHECK(config.window_bytes(actors::lane::control) == 1);
  CHECK(config.window_bytes(actors::lane::bulk) == 2);
}

TEST_CASE("link_config: each key has a range, and the error names it") {
  struct row {
    std::string key;
    std::function<void(link_config&)> spoil;
  };
  auto rows = std::vector<row>{
    {"link.heartbeat_interval", [](auto& x) { x.heartbeat_interval = 0ms; }},
    {"link.silence_max", [](auto& x) { x.silence_max = 4 * x.heartbeat_interval - 1ms; }},
    {"link.frame_deadline", [](auto& x) { x.frame_deadline = x.silence_max - 1ms; }},
    {"link.dial_deadline", [](auto& x) { x.dial_deadline = 0ms; }},
    {"link.handshake_deadline", [](auto& x) { x.handshake_deadline = 0ms; }},
    {"link.down_after", [](auto& x) { x.down_after = -1ms; }},
    {"link.idle_after", [](auto& x) { x.idle_after = 99ms; }},
    {"link.redial_min", [](auto& x) { x.redial_min = x.redial_max + 1ms; }},
    {"link.redial_max", [](auto& x) { x.redial_max = 11min; }},
    {"link.call_age_max", [](auto& x) { x.call_age_max = 0ms; }},
    {"link.window_control_bytes", [](auto& x) { x.window_control_bytes = 1; }},
    {"link.window_bulk_bytes", [](auto& x) { x.window_bulk_bytes = 1; }},
    {"link.queue_bytes_max", [](auto& x) { x.queue_bytes_max = 1; }},
    {"link.frame_bytes_max", [](auto& x) { x.frame_bytes_max = 1; }},
    {"link.greeting_count_max", [](auto& x) { x.greeting_count_max = 0; }}};
  for (const auto& row : rows) {
    CAPTURE(row.key);
    auto config = link_config{};
    row.spoil(config);
    auto why = config.validate();
    REQUIRE(why);
    CHECK(code_of(why) == ec::invalid_config);
    CHECK(sentence_of(why).find(row.key) != std::string::npos);
  }
}

} // namespace
} // namespace troupe::cluster
