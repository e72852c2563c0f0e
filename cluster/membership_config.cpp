#include "cluster/membership_config.hpp"

#include "actors/base/config.hpp"

using namespace std::chrono_literals;

namespace troupe::cluster {

error membership_config::validate() const {
  return first_error({
    check_range("membership.probe_interval", probe_interval, 10ms, 60s),
    check_range("membership.probe_timeout", probe_timeout, 1ms, probe_interval - 1ms),
    check_range("membership.indirect_probe_count", indirect_probe_count, 0, 16),
    check_range("membership.suspicion_mult", suspicion_mult, 2, 32),
    check_range("membership.suspicion_max_mult", suspicion_max_mult, 1, 32),
    check_range("membership.health_score_max", health_score_max, 0, 32),
    check_range("membership.late_wake", late_wake, 1ms, 60s),
    check_range("membership.gossip_interval", gossip_interval, 1ms, 60s),
    check_range("membership.gossip_node_count", gossip_node_count, 1, 32),
    check_range("membership.gossip_to_dead_for", gossip_to_dead_for, 0ms, 3'600s),
    check_range("membership.retransmit_mult", retransmit_mult, 1, 32),
    check_range("membership.gossip_bytes_max", gossip_bytes_max, 256, 1'048'576),
    check_range("membership.push_pull_interval", push_pull_interval, 10ms, 3'600s),
    check_range("membership.reconnect_interval", reconnect_interval, 10ms, 3'600s),
    check_range("membership.reconnect_count", reconnect_count, 1, 32),
    check_range("membership.reclaim_after", reclaim_after, 60s, 24h * 365),
    check_range("membership.join_interval", join_interval, 10ms, 3'600s),
    check_range("membership.leave_timeout", leave_timeout, 1ms, 60s),
  });
}

membership_config lan_membership() { return {}; }

membership_config wan_membership() {
  auto result = membership_config{};
  result.probe_interval = 5s;
  result.probe_timeout = 3s;
  result.suspicion_mult = 6;
  result.late_wake = 1s;
  result.gossip_interval = 500ms;
  result.gossip_node_count = 4;
  result.gossip_to_dead_for = 60s;
  result.push_pull_interval = 60s;
  result.reconnect_interval = 30s;
  result.join_interval = 5s;
  result.leave_timeout = 20s;
  return result;
}

membership_config test_membership() {
  auto result = membership_config{};
  result.probe_interval = 200ms;
  result.probe_timeout = 100ms;
  result.late_wake = 100ms;
  result.gossip_interval = 20ms;
  result.gossip_to_dead_for = 5s;
  result.push_pull_interval = 2s;
  result.reconnect_interval = 1s;
  result.join_interval = 200ms;
  result.leave_timeout = 2s;
  return result;
}

duration suspicion_min(const membership_config& config, std::size_t count) {
  auto scale = std::max(1.0, std::log10(std::max(1.0, static_cast<double>(count))));
  auto millis = static_cast<double>(config.suspicion_mult) * scale
                * static_cast<double>(config.probe_interval.count());
  return std::chrono::milliseconds{std::llround(millis)};
}

duration suspicion_max(const membership_config& config, std::size_t count) {
  return config.suspicion_max_mult * suspicion_min(config, count);
}

unsigned retransmit_limit(const membership_config& config, std::size_t count) {
  auto scale = std::ceil(std::log10(static_cast<double>(count) + 1.0));
  return config.retransmit_mult * std::max(1U, static_cast<unsigned>(scale));
}

duration push_pull_period(const membership_config& config, std::size_t count) {
  constexpr auto scale_from = 32.0;
  auto n = static_cast<double>(count);
  if (n <= scale_from)
    return config.push_pull_interval;
  auto stretch = std::ceil(std::log2(n) - std::log2(scale_from)) + 1.0;
  return config.push_pull_interval * static_cast<int>(stretch);
}

} // namespace troupe::cluster
