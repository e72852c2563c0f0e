#include "router/data/sessions.hpp"
#include "router/resp_door_config.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::router {
namespace {

using namespace std::chrono_literals;

TEST_CASE("resp_door_config: the defaults are valid") {
  CHECK(!resp_door_config{}.validate());
}

TEST_CASE("resp_door_config: names the key whose value is out of range") {
  using change = std::function<void(resp_door_config&)>;
  const auto changes = std::vector<std::pair<std::string, change>>{
    {"door.threads", [](auto& x) { x.thread_count = 0; }},
    {"door.deadline", [](auto& x) { x.deadline = 99ms; }},
    {"door.command_deadline", [](auto& x) { x.command_deadline = 99ms; }},
    {"door.clients_max", [](auto& x) { x.clients_max = 0; }},
    {"door.unread_max", [](auto& x) { x.unread_max = kib(63); }},
    {"door.keepalive", [](auto& x) { x.keepalive = 0ms; }},
  };
  for (const auto& [key, apply] : changes) {
    auto config = resp_door_config{};
    apply(config);
    const auto trouble = config.validate();
    REQUIRE(trouble);
    CHECK(sentence_of(trouble).find(key) != std::string::npos);
  }
}

} // namespace
} // namespace troupe::router
