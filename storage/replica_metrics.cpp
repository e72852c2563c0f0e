#include "storage/replica_metrics.hpp"

namespace troupe::storage {

namespace {

struct maker {
  metrics_registry& registry;
  metric_labels labels;

  [[nodiscard]] counter& count(const char* name, const char* help) const {
    return registry.make_counter(name, help, labels);
  }
  [[nodiscard]] gauge& level(const char* name, const char* help) const {
    return registry.make_gauge(name, help, labels);
  }
  [[nodiscard]] histogram& times(const char* name, const char* help) const {
    return registry.make_histogram(name, help, labels);
  }
};

double number(std::uint64_t x) { return static_cast<double>(x); }

} // namespace

replica_metrics make_replica_metrics(metrics_registry& registry, shard_id shard) {
  auto of = maker{registry, {{"shard", to_string(shard)}}};
  return {
    .writes = of.count("troupe_storage_writes_total", "Writes answered ok."),
    .reads = of.count("troupe_storage_reads_total", "Reads answered ok."),
    .refusals
    = of.count("troupe_storage_refusals_total", "Requests answered with anything else."),
    .commit_time
    = of.times("troupe_storage_commit_seconds", "From a write's arrival to its answer."),
    .read_time
    = of.times("troupe_storage_read_seconds", "From a read's arrival to its answer."),
    .log_bytes
    = of.count("troupe_storage_log_bytes_total", "Bytes of records appended to the log."),
    .elections = of.count("troupe_storage_elections_total", "Times this replica stood."),
    .lost = of.count(
      "troupe_storage_lost_total", "Times records were cut off and kept in lost+found."),
    .dropped = of.count(
      "troupe_storage_dropped_total",
      "Messages dropped: of strangers, or too many while HARD was written."),
    .unsent_answers = of.count(
      "troupe_storage_unsent_answers_total",
      "Answers to other nodes for which their links had no room in time."),
    .at = of.level("troupe_storage_epoch", "The replica's epoch."),
    .role = of.level("troupe_storage_role", "1 slave, 2 candidate, 3 master."),
    .quarantined = of.level("troupe_storage_quarantined", "1 when damage was found."),
    .end = of.level("troupe_storage_end_lsn", "The log's last record."),
    .durable = of.level("troupe_storage_durable_lsn", "Durable here up to this record."),
    .commit
    = of.level("troupe_storage_commit_lsn", "Committed, as far as the replica knows."),
    .applied = of.level("troupe_storage_applied_lsn", "Applied here."),
    .clients = of.level("troupe_storage_waiting_clients", "Requests under way.")};
}

void show(const replica_metrics& in, const replica_state& s) {
  in.at.set(number(s.at.value()));
  in.role.set(number(static_cast<std::uint64_t>(s.role())));
  in.quarantined.set(s.quarantined ? 1 : 0);
  in.end.set(number(s.log.end().seq.value()));
  in.durable.set(number(s.durable.value()));
  in.commit.set(number(s.commit.value()));
  in.applied.set(number(s.applied.value()));
}

} // namespace troupe::storage
