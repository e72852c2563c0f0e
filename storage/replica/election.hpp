/// Who is master: pre-vote, vote, handover, and the end of a mastership.
///
/// Rules `at`, `voted_for`, `asking`, `candidate`, `sticky_until`, `election_at`.
/// Safety rests on four things: epoch and vote are durable before anyone hears of them;
/// one vote in an epoch; no vote for an older log than one's own; no vote while sticky,
/// one's own included, but for a handover that the master itself began. Pre-vote,
/// stand_please and the random delays are for liveness: a half-cut node cannot depose a
/// healthy master, and two survivors do not split the vote for ever.
/// Source: Raft (Ongaro's thesis, 3.4, 3.6, 9.6), with MHA's preference for the freshest.
#pragma once

#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

/// A vote given now could break a promise: a master was heard within `stick` (for a
/// master itself: it reached a majority within `stick`).
[[nodiscard]] bool sticky(const turn& t);

/// The election timer of a replica that is not master has run out.
void election_timeout(turn& t);

/// The network layer has lost the master, or membership suspects its node.
void on_master_suspected(turn& t);

void on_pre_vote(turn& t, replica_id from, const pre_vote& m);
void on_pre_vote_reply(turn& t, replica_id from, const pre_vote_reply& m);
void on_vote(turn& t, replica_id from, const vote& m);
void on_vote_reply(turn& t, replica_id from, const vote_reply& m);
void on_stand_please(turn& t);
void on_transfer_now(turn& t);

/// Ends candidacy and mastership; clients that wait are answered.
void step_down(turn& t);

/// Draws a new election timer from [T, 2T].
void restart_election_timer(turn& t);

} // namespace troupe::storage
