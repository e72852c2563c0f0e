/// A slave and its master's log: subscribe, take in, acknowledge, cut off what parts.
///
/// Rules `stream`, `verified`, `known_master`, and the end of the log while slave. An
/// acknowledgement is never more than min(verified, durable): what is behind `verified`
/// may be another master's, and what is behind `durable` may be gone tomorrow.
#pragma once

#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

/// Notes a sign of life from this epoch's master.
void follow(turn& t, replica_id master);

/// Asks the master for its log, unless an asking of the last 3 beats is open.
/// @pre a master is known.
void subscribe_unless_open(turn& t);

void on_ship(turn& t, replica_id from, const ship& m);
void on_diverged(turn& t, replica_id from, const diverged& m);

/// Tells the master how far its log is here, durably.
void acknowledge(turn& t);

} // namespace troupe::storage
