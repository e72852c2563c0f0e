/// What the RESP door counts.
#pragma once

#include "actors/base/metrics.hpp"
#include "router/data/data_calls.hpp"

#include <array>
#include <cstddef>

namespace troupe::router {

struct resp_metrics {
  explicit resp_metrics(metrics_registry& registry);

  /// @pre `x` is not `done`.
  [[nodiscard]] counter& failures_of(data_status x) const {
    return *failures[static_cast<std::size_t>(x)];
  }

  gauge& connections;
  counter& accepted;
  counter& refused;    ///< There were `clients_max` already.
  counter& overflows;  ///< Closed for not reading their replies.
  counter& unfinished; ///< Closed for not ending a command in time.
  counter& received_bytes;
  counter& sent_bytes;
  counter& commands;
  counter& rejected; ///< Requests that broke the protocol, or name no command.
  counter& redirects;
  std::array<counter*, 6> failures{};
  histogram& read_latency;
  histogram& write_latency;
};

} // namespace troupe::router
