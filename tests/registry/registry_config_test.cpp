#include "registry/registry_config.hpp"

#include <chrono>
#include <functional>
#include <string>

#include <doctest/doctest.h>

namespace troupe::registry {
namespace {

using namespace std::chrono_literals;

TEST_CASE("registry_config: the defaults are valid") {
  CHECK_FALSE(registry_config{}.validate());
}

TEST_CASE("registry_config: each bad value is refused by its key") {
  struct row {
    std::string key;
    std::function<void(registry_config&)> change;
  };
  const auto rows = std::vector<row>{
    {"gossip_interval", [](auto& x) { x.gossip_interval = 0ms; }},
    {"gossip_fanout", [](auto& x) { x.gossip_fanout = 0; }},
    {"retention", [](auto& x) { x.retention = -1ms; }},
    {"collect_interval", [](auto& x) { x.collect_interval = 0ms; }},
    {"owner_bytes_max", [](auto& x) { x.owner_bytes_max = x.delta_bytes_max; }},
    {"owner_entries_max", [](auto& x) { x.owner_entries_max = 0; }},
    {"value_bytes_max", [](auto& x) { x.value_bytes_max = 0; }},
    {"value_bytes_max", [](auto& x) { x.value_bytes_max = x.owner_bytes_max; }},
    {"key_bytes_max", [](auto& x) { x.key_bytes_max = 0; }},
    {"owners_max", [](auto& x) { x.owners_max = 0; }},
    {"subscribers_max", [](auto& x) { x.subscribers_max = 0; }},
    {"unacked_max", [](auto& x) { x.unacked_max = 0; }},
    {"detection_window", [](auto& x) { x.detection_window = 0ms; }},
    {"vanished_ratio_max", [](auto& x) { x.vanished_ratio_max = 0; }},
    {"vanished_ratio_max", [](auto& x) { x.vanished_ratio_max = 1.01; }},
    {"vanished_owners_min", [](auto& x) { x.vanished_owners_min = 0; }},
    {"probe_interval", [](auto& x) { x.probe_interval = 0ms; }},
  };
  for (const auto& x : rows) {
    CAPTURE(x.key);
    auto config = registry_config{};
    x.change(config);
    auto trouble = config.validate();
    REQUIRE(trouble == ec::invalid_config);
    CHECK(sentence_of(trouble).starts_with("registry." + x.key + " = "));
  }
}

} // namespace
} // namespace troupe::registry
