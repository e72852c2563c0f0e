// What must hold of one replica after every event. The names I1 to I14 are those of
// docs/architecture.md; those that need two replicas are checked by the simulator.

#include "storage/replica/replica.hpp"

#include <algorithm>

namespace troupe::storage {

std::optional<std::string> check_invariants(const replica_state& s) {
  auto broken = std::optional<std::string>{};
  auto must = [&](bool holds, const char* what) {
    if (!holds && !broken)
      broken = what;
  };
  if (s.quarantined) {
    must(s.role() == replica_role::slave, "I13: a quarantined replica stands or rules");
    return broken;
  }
  auto end = s.log.end();

  must(s.durable <= end.seq, "more is durable than is in the log");
  must(s.verified <= end.seq, "more is verified than is in the log");
  must(end.at <= s.at, "I8: the log is of a later epoch than the replica");
  must(s.commit <= end.seq, "I3: a committed record was cut off");
  must(s.applied <= s.applying, "more is applied than was handed over");
  must(
    s.applying <= std::min(s.commit, s.durable),
    "I4: a record was applied that is not committed, or not durable here");
  must(s.flushed <= s.applied, "more is flushed than is applied");
  must(
    s.last_acked <= std::min(s.verified, s.durable),
    "I9: more was acknowledged than is verified and durable");
  must(s.released <= s.flushed, "the log was released before the store was flushed");
  must(s.released <= s.commit, "the log was released before its commit");

  must(!(s.candidate && s.master), "a candidate is master");
  if (s.candidate || s.master)
    must(s.voted_for == s.id(), "I9: one stands or rules without one's own vote");
  if (!s.master)
    return broken;

  const auto& m = *s.master;
  must(
    m.start <= s.log.base().seq || s.log.epoch_at(m.start) == s.at,
    "a master's epoch lacks its first record");
  must(m.start > s.commit || m.announced, "a first commit was not announced");
  must(
    m.waiters.empty() || m.waiters.rbegin()->first <= end.seq,
    "a client waits for a record that is not in the log");
  for (const auto& [id, p] : m.peers) {
    must(p.match <= end.seq, "a slave acknowledged more than there is");
    must(p.acked_round <= m.round, "a slave acknowledged a round that was not sent");
  }
  return broken;
}

} // namespace troupe::storage
