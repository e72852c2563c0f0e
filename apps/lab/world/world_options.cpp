#include "apps/lab/world/world_options.hpp"

#include "actors/base/random.hpp"
#include "apps/lab/fault_plan.hpp"
#include "apps/lab/world/world_knobs.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto node_count_min = std::size_t{3}; // Of those drawn.

template <class T>
T between(random_source& random, T low, T high) {
  return static_cast<T>(
    random.between(static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high)));
}

} // namespace

error check_sizes(const sim_request& request) {
  const auto nodes = request.node_count.value_or(node_count_min);
  const auto replicas = request.replica_count.value_or(1);
  if (nodes < 2)
    return fail(ec::invalid_argument, "--nodes is 1; faults need two or more");
  if (replicas > nodes)
    return fail(
      ec::invalid_argument,
      "--replicas is " + std::to_string(replicas) + ": give --nodes as many, or more");
  return {};
}

world_options draw_options(const sim_request& request) {
  auto random = random_source{request.seed};
  auto result = world_options{};
  // Each is drawn whether it is needed or not, so that fixing one changes no other.
  const auto nodes = between<std::size_t>(random, node_count_min, 5);
  const auto shards = between<std::size_t>(random, 1, 4);
  const auto clients = between<std::size_t>(random, 2, 8);
  result.node_count = request.node_count.value_or(nodes);
  result.shard_count = request.shard_count.value_or(shards);
  result.replica_count
    = request.replica_count.value_or(std::min<std::size_t>(result.node_count, 3));
  result.client_count = request.client_count.value_or(clients);
  result.latency_max = random.between(duration{300us}, duration{20ms});
  result.lease_read_ratio = random.uniform();
  auto settings = random.fork();
  result.knobs = draw_knobs(settings);
  auto mix = fault_mix{};
  mix.kinds = draw_subset(request.fault_kinds, random);
  mix.length = request.length;
  mix.between_max = random.between(duration{500ms}, duration{4s});
  const auto drawn = draw_plan(mix, random);
  result.fault_kinds = request.plan ? request.fault_kinds : mix.kinds;
  result.plan = request.plan.value_or(drawn);
  if (request.kept)
    result.plan = keep(result.plan, *request.kept);
  return result;
}

} // namespace troupe::lab
