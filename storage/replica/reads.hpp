/// Linearizable reads at the master.
///
/// Rules `master->reads`, `read_round`, `round_wanted`. A read is evaluated when it
/// comes, over the rows as they will be once the log is applied: so it sees the writes
/// before it and none behind it, and needs not wait for the store. It is answered when
/// what it has seen is committed, and when this master is known to have been the only
/// one: at level `master` by a round of Beats that began after its arrival; many reads
/// share one. At level `lease` the voters' promise stands in for the round, and is
/// checked with a clock that was read *after* the rows were: a process that was stopped
/// in between has read something old. Source: Ongaro's thesis, 6.4.
#pragma once

#include "storage/replica/replica_state.hpp"
#include "storage/replica/requests.hpp"

namespace troupe::storage {

/// Evaluates a read.
/// @pre master, and its first record is applied.
void take_read(turn& t, const read_request& request);

/// The clock was read after the newest reads were evaluated.
void on_confirm_reads(turn& t);

/// Something that reads wait for has moved: a commit, or a round.
/// @pre master.
void reads_may_go(turn& t);

/// A Beat was acknowledged.
/// @pre master.
void rounds_advanced(turn& t);

/// Answers those whose deadline has passed.
/// @pre master.
void expire_reads(turn& t);

} // namespace troupe::storage
