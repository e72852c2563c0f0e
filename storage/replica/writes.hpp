/// Clients' writes at the master, and everything else that it appends.
///
/// Rules `master->pending`, `waiters`, `early_writes`. Every write that is evaluated is
/// appended, one without effects too: its reply must be found again by a late duplicate.
#pragma once

#include "storage/replica/replica_state.hpp"
#include "storage/replica/requests.hpp"

namespace troupe::storage {

void on_write(turn& t, write_request&& request);

/// A node says which of its connections are closed. Ignored by all but the master.
void on_sessions_closed(turn& t, dedup_trim_record closed);

/// Appends a record of this epoch and ships it.
/// @pre master.
record_ptr append_own(turn& t, record_payload payload);

/// The epoch's first record may be applied: writes that wait for it are executed.
/// @pre master.
void early_writes_may_go(turn& t);

/// Answers a write whose promise is kept, with its record's reply.
/// @pre master, and the log has the record in memory.
void answer_with_record(turn& t, ticket to, lsn seq);

/// Answers those whose deadline has passed.
/// @pre master.
void expire_writes(turn& t);

/// The earliest deadline of a write or read that waits.
/// @pre master.
[[nodiscard]] time_point next_deadline(const turn& t);

/// The mastership ends: unknown to those whose write is in the log, not_master to others.
/// @pre master.
void fail_waiting_clients(turn& t);

} // namespace troupe::storage
