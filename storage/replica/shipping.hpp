/// A master and its slaves' streams: how the log gets there.
///
/// Rules `peer::stream` and `peer::match`. One path for live records and for catching up:
/// batches go out as long as the slave's credit lasts, from memory or, for a slave far
/// behind, from what the host reads of the log.
#pragma once

#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

void on_subscribe(turn& t, replica_id from, const subscribe& m);
void on_ship_ack(turn& t, replica_id from, const ship_ack& m);

/// Sends every stream what it has credit for.
/// @pre master.
void ship_all(turn& t);

/// Sends again what a slave that answers Beats has not acknowledged for 3 beats: the
/// batch or its acknowledgement was lost, and nothing behind it will tell.
/// @pre master.
void resend_if_stuck(turn& t, replica_id to);

/// The host has read records of the log for a stream.
void on_log_was_read(
  turn& t, const log_read& asked, const std::vector<record_ptr>& records);

} // namespace troupe::storage
