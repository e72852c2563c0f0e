#include "apps/lab/world/world_options.hpp"

#include <doctest/doctest.h>

namespace troupe::lab {

TEST_CASE("world_options: sizes that do not fit each other are refused") {
  auto request = sim_request{};
  CHECK(!check_sizes(request));
  request.replica_count = 3;
  CHECK(!check_sizes(request));
  request.replica_count = 4; // Three nodes may be drawn.
  CHECK(code_of(check_sizes(request)) == ec::invalid_argument);
  request.node_count = 4;
  CHECK(!check_sizes(request));
  request.replica_count = 1;
  request.node_count = 1;
  CHECK(code_of(check_sizes(request)) == ec::invalid_argument);
}

TEST_CASE("world_options: what is asked for is not drawn, and changes nothing else") {
  auto request = sim_request{};
  request.seed = 7;
  const auto drawn = draw_options(request);
  request.client_count = drawn.client_count + 1;
  const auto asked = draw_options(request);
  CHECK(asked.client_count == drawn.client_count + 1);
  CHECK(asked.node_count == drawn.node_count);
  CHECK(asked.shard_count == drawn.shard_count);
  CHECK(asked.latency_max == drawn.latency_max);
}

} // namespace troupe::lab
