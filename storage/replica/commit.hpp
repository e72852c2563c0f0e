/// What is promised, and what becomes of it: commit, acknowledge, apply.
///
/// Rules `commit`, `applying`, `applied`. A master counts only records of its own epoch
/// (a majority that holds an older one promises nothing: a candidate of an epoch in
/// between may still overwrite it; Raft, 5.4.2), and only configured voters.
#pragma once

#include "storage/replica/replica_state.hpp"

namespace troupe::storage {

/// Moves the commit as far as a majority holds the log, and answers who waited for it.
/// @pre master.
void advance_commit(turn& t);

/// The master says that its log is committed up to `theirs`: so is one's own, as far as
/// it is known to be the same.
void learn_commit(turn& t, lsn theirs);

/// Hands committed, durable records over for applying: never past what the own disk has,
/// for the store may be flushed at any moment and must not be ahead of the log.
void apply_more(turn& t);

/// Readers of the store see everything up to `seq`.
void on_applied(turn& t, lsn seq);

/// Everything up to `seq` of the log of `cut` truncations is durable.
void on_synced(turn& t, std::uint64_t cut, lsn seq);

/// The log is not needed where all replicas hold it and the own store is durable.
void release_more(turn& t);

} // namespace troupe::storage
