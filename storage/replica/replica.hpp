/// One replica of a shard: the replication protocol as a pure core.
///
/// Events in, output out: the caller supplies messages, clients' requests, completions of
/// I/O and time, and performs the output in its order (`replica/output.hpp`). One
/// instance serves one replica in one incarnation of its node; it is not thread-safe and
/// does no I/O but to read rows through the `row_view` that it was given.
///
/// Invariants: `check_invariants`. What the group promises is in docs/architecture.md.
/// Cost: an event is O(replicas) plus O(log n) of what waits; `tick` is O(what waits).
/// Source: Raft (Ongaro, Ousterhout; Ongaro's thesis) for epochs, votes, commit, read
/// index and leases; MySQL's vocabulary and relay log; Kafka's leader epochs (KIP-101).
#pragma once

#include "storage/replica/replica_state.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// What a start found on disk.
struct recovered {
  hard_state hard;
  epoch_history history;
  lsn durable;
  std::vector<record_ptr> tail; ///< Every record behind `applied.at`, to the end.
  applied_state applied;

  /// Damage that the disk side has found; nothing else is looked at then.
  std::optional<std::string> damage;
};

class replica {
public:
  /// `stored` is the applied state; `commands` may be null when no read or `command` will
  /// come. Both must outlive the replica.
  replica(replica_config self, const row_view& stored, const evaluator* commands);

  /// Begins this incarnation.
  /// @pre called once, before all else.
  [[nodiscard]] replica_output start(recovered found, time_point now);

  [[nodiscard]] replica_output received(const message& m, time_point now);

  /// Advances time; call it at `wake_at` of the last output, earlier is harmless.
  [[nodiscard]] replica_output tick(time_point now);

  /// The link to the master's node broke, or membership suspects it.
  [[nodiscard]] replica_output master_suspected(time_point now);

  [[nodiscard]] replica_output write(write_request request, time_point now);
  [[nodiscard]] replica_output read(read_request request, time_point now);

  /// Requests that came together, in their order: each read sees the writes before it and
  /// none behind; one append, one batch to each slave.
  [[nodiscard]] replica_output ask(std::vector<client_request> requests, time_point now);

  /// The reads of an output were taken from the store before `now`.
  [[nodiscard]] replica_output confirm_reads(time_point now);

  /// A node says which of its connections are closed.
  [[nodiscard]] replica_output sessions_closed(dedup_trim_record closed, time_point now);

  /// Hands the mastership over, to the best slave when none is named.
  [[nodiscard]] replica_output transfer_to(std::optional<replica_id> to, time_point now);

  // Completions of what an output asked for.

  /// All appends up to `seq` are durable, in the log that had been cut `cut` times.
  [[nodiscard]] replica_output synced_to(std::uint64_t cut, lsn seq, time_point now);

  /// The store shows the last batch.
  [[nodiscard]] replica_output applied_to(lsn seq, time_point now);

  /// A crash would leave the store at `seq` at least.
  [[nodiscard]] replica_output flushed_to(lsn seq, time_point now);

  /// The log's file begins behind `base` now.
  void released_to(lsn base);

  [[nodiscard]] replica_output log_was_read(
    const log_read& asked, const std::vector<record_ptr>& records, time_point now);

  /// For status, tests and invariants.
  [[nodiscard]] const replica_state& state() const { return state_; }

private:
  template <class Event>
  replica_output handle(time_point now, Event event);

  replica_state state_;
};

/// Whether this replica would serve a lease read now.
[[nodiscard]] bool holds_lease(const replica& x, time_point now);

/// The first invariant that the state breaks, in words; none when all hold. O(peers).
[[nodiscard]] std::optional<std::string> check_invariants(const replica_state& s);

} // namespace troupe::storage
