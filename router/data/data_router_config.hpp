/// How the data router carries requests to other nodes.
#pragma once

#include "actors/base/error.hpp"
#include "router/data/forwards.hpp"

#include <chrono>

namespace troupe::router {

struct data_router_config {
  forwards_config forwards;

  /// Time between two words to the masters about closed sessions. Shorter frees their
  /// memory sooner, and costs a record in each shard while clients come and go.
  std::chrono::milliseconds closings_interval{1'000};

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

} // namespace troupe::router
