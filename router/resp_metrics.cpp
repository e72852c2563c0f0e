#include "router/resp_metrics.hpp"

#include <string>

namespace troupe::router {

resp_metrics::resp_metrics(metrics_registry& registry)
    : connections{registry.make_gauge(
      "troupe_router_resp_connections", "Connections of Redis clients.")},
      accepted{registry.make_counter(
        "troupe_router_resp_accepted_total", "Connections that were accepted.")},
      refused{registry.make_counter(
        "troupe_router_resp_refused_total",
        "Connections that were closed because there were door.clients_max.")},
      overflows{registry.make_counter(
        "troupe_router_resp_overflows_total",
        "Connections that were closed because their clients did not read.")},
      unfinished{registry.make_counter(
        "troupe_router_resp_unfinished_total",
        "Connections that were closed because a command did not come to its end.")},
      received_bytes{registry.make_counter(
        "troupe_router_resp_received_bytes_total", "Bytes from Redis clients.")},
      sent_bytes{registry.make_counter(
        "troupe_router_resp_sent_bytes_total", "Bytes to Redis clients.")},
      commands{registry.make_counter(
        "troupe_router_resp_commands_total", "Commands of Redis clients.")},
      rejected{registry.make_counter(
        "troupe_router_resp_rejected_total",
        "Requests that broke the protocol, or were no command that there is.")},
      redirects{registry.make_counter(
        "troupe_router_resp_redirects_total", "Commands that were answered with MOVED.")},
      read_latency{registry.make_histogram(
        "troupe_router_resp_command_seconds",
        "Time from a command of a Redis client to its reply.", {{"kind", "read"}})},
      write_latency{registry.make_histogram(
        "troupe_router_resp_command_seconds",
        "Time from a command of a Redis client to its reply.", {{"kind", "write"}})} {
  for (auto status :
       {data_status::no_quorum, data_status::busy, data_status::unknown,
        data_status::too_large})
    failures[static_cast<std::size_t>(status)] = &registry.make_counter(
      "troupe_router_resp_failures_total", "Commands that no shard answered.",
      {{"outcome", std::string{to_string(status)}}});
}

} // namespace troupe::router
