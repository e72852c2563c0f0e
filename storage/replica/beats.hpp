/// Rounds of Beats: the master's proof that it still is, and what follows from it.
///
/// Rules `master->round`, `sent_at`, `beat_at`, and of the peers `acked_round`,
/// `acked_sent_at`. An acknowledgement counts from the moment its round was *sent*: later
/// the voter may have promised another.
#pragma once

#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

/// Sends a round of Beats to all members. `for_read`: a read waits for its
/// acknowledgements.
/// @pre master.
void send_beats(turn& t, bool for_read);

void on_beat(turn& t, replica_id from, const beat& m);
void on_beat_ack(turn& t, replica_id from, const beat_ack& m);

/// When the newest round was sent that a majority of the voters has acknowledged, oneself
/// included; `time_point::min()` when there is none, now when one voter is a majority.
/// @pre master.
[[nodiscard]] time_point majority_heard(const replica_state& s, time_point now);

/// The number of that round.
/// @pre master.
[[nodiscard]] std::uint64_t majority_round(const replica_state& s);

/// A majority was heard within quorum_fresh (T), or this mastership is younger.
/// @pre master.
[[nodiscard]] bool is_fresh(const replica_state& s, time_point now);

/// The voters' promise holds still: no other master can have been elected.
/// @pre master.
[[nodiscard]] bool lease_valid(const replica_state& s, time_point now);

/// The master's timers: next Beat, check quorum, its own stalled disk, a late handover.
/// @pre master.
void master_tick(turn& t);

/// Begins to hand over to `to`, or to the best slave, and when that fails to the next
/// best. Writes are told Busy meanwhile, for at most T a slave.
void start_transfer(turn& t, std::optional<replica_id> to);

/// Sends TransferNow when the successor has everything.
/// @pre master.
void advance_transfer(turn& t);

/// When `master_tick` must be called next.
/// @pre master.
[[nodiscard]] time_point next_master_tick(const turn& t);

} // namespace troupe::storage
