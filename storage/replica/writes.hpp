/// Clients' writes at the master, and everything else that it appends.
///
/// Rules `master->pending`, `waiters`, `early`, `deadline`. Every write that is evaluated
/// is appended, one without effects too: its reply must be found again by a late
/// duplicate.
#pragma once

#include "storage/replica/replica_state.hpp"
#include "storage/replica/requests.hpp"

namespace troupe::storage {

/// A write or a read.
void on_request(turn& t, client_request&& request);

/// A node says which of its connections are closed. Ignored by all but the master.
void on_sessions_closed(turn& t, dedup_trim_record closed);

/// Appends a record of this epoch. It is shipped when the event was handled.
/// @pre master.
record_ptr append_own(turn& t, record_payload payload);

/// The epoch's first record may be applied: what waits for it is executed.
/// @pre master.
void early_requests_may_go(turn& t);

/// Executes as a write a read that has found an expired row: this deletes the row, so
/// that no later master with another time of day sees it again. Nobody repeats it.
/// @pre master, and its first record is applied.
void delete_expired(turn& t, const read_request& read);

/// Whether the group owns the slot.
[[nodiscard]] bool owns(const replica_state& s, slot x);

/// Answers a write whose promise is kept, with its record's reply.
/// @pre master, and the log has the record in memory.
void answer_with_record(turn& t, ticket to, lsn seq);

/// Answers the writes and reads whose deadline has passed. O(what waits), but only when
/// `master->deadline` has come.
/// @pre master.
void expire_clients(turn& t);

/// The mastership ends: unknown to those whose write is in the log, not_master to others.
/// @pre master.
void fail_waiting_clients(turn& t);

} // namespace troupe::storage
