/// What a replica's actor counts, per shard.
#pragma once

#include "actors/base/metrics.hpp"
#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

struct replica_metrics {
  counter& writes;
  counter& reads;
  counter& refusals;
  histogram& commit_time;
  histogram& read_time;
  counter& log_bytes;
  counter& elections;
  counter& lost;
  counter& dropped;
  counter& unsent_answers;
  gauge& at;
  gauge& role;
  gauge& quarantined;
  gauge& end;
  gauge& durable;
  gauge& commit;
  gauge& applied;
  gauge& clients;
};

[[nodiscard]] replica_metrics
make_replica_metrics(metrics_registry& registry, shard_id shard);

/// Shows the state as it is now.
void show(const replica_metrics& in, const replica_state& s);

} // namespace troupe::storage
