/// Linearizable reads at the master.
///
/// Rules `master->reads`, `read_round`, `round_wanted`. A read waits until everything is
/// applied that could have been answered before it came. At level `master` a round of
/// Beats that began after its arrival proves that no other master had answered anything
/// by then; many reads share one. At level `lease` the voters' promise stands in for the
/// round, and is checked *after* the store was read: a process that was stopped in
/// between has read something old.
/// Source: Ongaro's thesis, 6.4.
#pragma once

#include "storage/replica/replica_state.hpp"
#include "storage/replica/requests.hpp"

namespace troupe::storage {

void on_read(turn& t, read_request&& request);

/// The host has read the store for `from`.
void on_looked_up(turn& t, ticket from);

/// Something that reads wait for has moved: applied, or the epoch's first commit.
/// @pre master.
void reads_may_go(turn& t);

/// A Beat was acknowledged.
/// @pre master.
void rounds_advanced(turn& t);

/// Answers those whose deadline has passed.
/// @pre master.
void expire_reads(turn& t);

} // namespace troupe::storage
