#include "tests/simulation/replication_options.hpp"

#include "actors/base/random.hpp"

namespace troupe::test {

using namespace std::chrono_literals;

replication_options expand(std::uint64_t seed) {
  auto random = random_source{seed * 2 + 1};
  auto x = replication_options{};
  x.seed = seed;
  x.replica_count = random.chance(0.7) ? 3 : 5;
  x.client_count = random.between(2, 5);
  if (random.chance(0.3))
    x.think_max = 15ms;
  if (random.chance(0.25))
    x.timing.lease = duration::zero();
  x.lease_read_ratio = random.chance(0.5) ? 0.9 : 0.3;
  x.weak_write_ratio = random.chance(0.3) ? 0.3 : 0;
  if (random.chance(0.5))
    x.loss_ratio = random.chance(0.5) ? 0.02 : 0.2;
  if (random.chance(0.5))
    x.duplicate_ratio = 0.1;
  if (random.chance(0.5))
    x.delay_max = 30ms;
  if (random.chance(0.5))
    x.late_ratio = 0.05;
  auto on = [&] { return random.chance(0.45); };
  x.partitions = on();
  x.one_way_cuts = on();
  x.process_crashes = on();
  x.power_losses = on();
  x.crashes_inside_writes = on();
  x.blackouts = random.chance(0.2);
  x.pauses = on();
  x.slow_disks = on();
  x.transfers = on();
  x.hints = on();
  x.damage = random.chance(0.15);
  x.drifting_clocks = on();
  x.unasked_ships = on();
  x.coups = random.chance(0.4);
  x.usurpers = random.chance(0.3);
  x.late_votes = random.chance(0.3);
  x.tiny_batches = random.chance(0.6);
  x.one_by_one = random.chance(0.4);
  if (random.chance(0.3))
    x.between_faults = 300ms;
  return x;
}

std::string to_string(const replication_options& x) {
  auto result = "seed " + std::to_string(x.seed) + ": " + std::to_string(x.replica_count)
                + " replicas, " + std::to_string(x.client_count) + " clients, leases "
                + (x.timing.lease_on() ? "on" : "off") + ", loss "
                + std::to_string(x.loss_ratio) + ", duplicates "
                + std::to_string(x.duplicate_ratio) + ", late "
                + std::to_string(x.late_ratio);
  auto add = [&](bool on, const char* name) {
    if (on)
      result += std::string{", "} + name;
  };
  add(x.weak_write_ratio > 0, "weak writes");
  add(x.partitions, "partitions");
  add(x.one_way_cuts, "one-way cuts");
  add(x.process_crashes, "process crashes");
  add(x.power_losses, "power losses");
  add(x.crashes_inside_writes, "crashes inside writes");
  add(x.blackouts, "blackouts");
  add(x.pauses, "pauses");
  add(x.slow_disks, "slow disks");
  add(x.transfers, "transfers");
  add(x.coups, "coups");
  add(x.usurpers, "usurpers");
  add(x.late_votes, "late votes");
  add(x.hints, "hints");
  add(x.damage, "damage");
  add(x.drifting_clocks, "drifting clocks");
  add(x.unasked_ships, "unasked ships");
  add(x.tiny_batches, "tiny batches");
  add(x.one_by_one, "one by one");
  return result;
}

} // namespace troupe::test
