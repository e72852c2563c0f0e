#include "apps/lab/world/world_knobs.hpp"

#include <algorithm>
#include <array>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

struct knob {
  const char* name;
  void (*turn)(apps::node_config& config);
};

constexpr auto kib_bytes = std::size_t{1} << 10;

const auto knobs = std::array{
  // A window that is used up within seconds, after each connection.
  knob{
    "small_windows",
    [](auto& x) {
      x.link.window_control_bytes = 64 * kib_bytes;
      x.link.window_bulk_bytes = 64 * kib_bytes;
    }},
  knob{"small_queues", [](auto& x) { x.link.queue_bytes_max = 64 * kib_bytes; }},
  // Catching up takes many messages.
  knob{
    "small_batches",
    [](auto& x) {
      x.storage.batch_bytes = 4 * kib_bytes;
      x.storage.credit_bytes = 4 * kib_bytes;
    }},
  knob{
    "small_backlog", [](auto& x) { x.storage.uncommitted_bytes_max = 256 * kib_bytes; }},
  // A cut of some seconds is a death, and then a return in the same incarnation.
  knob{
    "quick_deaths",
    [](auto& x) {
      x.membership.suspicion_mult = 2;
      x.membership.suspicion_max_mult = 1;
    }},
  knob{"no_helpers", [](auto& x) { x.membership.indirect_probe_count = 0; }},
  knob{
    "little_gossip",
    [](auto& x) {
      x.membership.gossip_node_count = 1;
      x.membership.retransmit_mult = 1;
      x.membership.gossip_bytes_max = 256;
    }},
  // Every second change finds a subscriber that lags.
  knob{"one_push", [](auto& x) { x.registry.unacked_max = 1; }},
  // A call outlives several losses of its providers, and comes back to earlier ones.
  knob{
    "stubborn_calls",
    [](auto& x) {
      x.call.retry_count = 20;
      x.call.deadline = 20s;
    }},
  // Links close whenever nobody needs them.
  knob{"restless_links", [](auto& x) { x.link.idle_after = 100ms; }},
};

} // namespace

std::vector<std::string> draw_knobs(random_source& random) {
  auto result = std::vector<std::string>{};
  for (const auto& x : knobs)
    if (random.chance(0.25))
      result.emplace_back(x.name);
  return result;
}

void turn_knobs(const std::vector<std::string>& names, apps::node_config& config) {
  for (const auto& x : knobs)
    if (std::ranges::find(names, x.name) != names.end())
      x.turn(config);
}

} // namespace troupe::lab
