#include "apps/lab/cores/cores.hpp"

#include "apps/lab/cores/replication_world.hpp"

namespace troupe::lab {

namespace {

sim_result run(const sim_request& request) {
  const auto options = expand(request);
  auto result = sim_result{};
  result.seed = request.seed;
  result.options = describe(options);
  result.plan = options.plan;
  result.client_count = options.client_count;
  if (request.until == duration::zero())
    return result;
  auto world = replication_world{options, request.trace};
  try {
    world.run(request.until);
  } catch (const property_violated& x) {
    result.violations.emplace_back(x.what());
  }
  world.tell(result);
  return result;
}

error check(const sim_request& request) {
  if (request.shard_count.value_or(1) != 1)
    return fail(
      ec::invalid_argument,
      "--cores-only simulates the replicas of one shard; leave --shards out");
  const auto replica_count
    = request.replica_count.value_or(request.node_count.value_or(3));
  if (replica_count > 9)
    return fail(
      ec::invalid_argument,
      "--nodes is " + std::to_string(replica_count)
        + ", but with --cores-only each holds a replica of one shard, which has at most "
          "9");
  return {};
}

} // namespace

simulator make_cores_simulator() {
  return {
    .name = "cores",
    .fault_kinds = replication_nemesis::kinds(),
    .run = run,
    .check = check};
}

} // namespace troupe::lab
