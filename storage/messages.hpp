/// The messages of this folder's actors.
///
/// To a shard's replica come: messages of the other replicas (as notes, with the sender's
/// identity), requests of doors on this node (`local_requests`) and of other nodes
/// (`remote_requests`, answered with `remote_answers` to the sender). What crosses nodes
/// has a codec in `codecs_wire.hpp`; the rest never leaves the process.
#pragma once

#include "actors/messages.hpp"
#include "cluster/messages.hpp"
#include "storage/beat_bundles.hpp"
#include "storage/data.hpp"
#include "storage/log/replica_files.hpp"
#include "storage/placement.hpp"
#include "storage/replica/protocol.hpp"
#include "storage/replica/replica.hpp"
#include "storage/replica_status.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

CAF_ADD_ATOM(storage, troupe::storage::atom, status, "status")
CAF_ADD_ATOM(storage, troupe::storage::atom, list_shards, "listshards")
CAF_ADD_ATOM(storage, troupe::storage::atom, hand_over, "handover")
CAF_ADD_ATOM(storage, troupe::storage::atom, round, "round")

namespace troupe::storage {

// -- between replicas
// -----------------------------------------------------------------------------

/// A message of the bulk lane: records on their way. All others are `message` itself and
/// take the control lane, so that no Beat waits behind data.
struct shipment {
  message what;
};

/// A Beat, or its acknowledgement, that may wait for others to the same node.
struct node_beat {
  node_id to;
  message what;
};

// -- clients of a shard
// ---------------------------------------------------------------------------

/// Requests that came together, of one asker on this node.
struct local_requests {
  std::vector<data_request> requests;
  std::shared_ptr<answer_sink> to;
};

// -- what people are told
// -------------------------------------------------------------------------

/// The replicas of a node.
struct node_replicas {
  std::vector<replica_status> replicas;
  std::string waiting; ///< Why shards are not placed yet; only from the catalog's master.
};

/// The registry did not take a mastership; time to tell it again.
struct tell_again {
  shard_id shard;
};

/// A replica of this node's shards is there, its mastership began or ended, or it follows
/// another master.
struct replica_news {
  replica_status status;
};

// -- hints
// ----------------------------------------------------------------------------------------

/// The link to this node broke, or membership suspects it.
struct node_suspected {
  node_id node;
};

/// Hand the mastership over, to the best slave when none is named.
struct transfer_mastership {
  std::optional<replica_id> to;
};

// -- a replica and its log
// ------------------------------------------------------------------------

/// Changes to one replica's files, in this order; the log writer performs jobs of one
/// replica in the order of their sending.
struct log_job {
  shard_id shard;
  std::optional<hard_state> save; ///< Answered with `log_saved`, before the rest begins.
  std::uint64_t cut = 0;
  std::optional<lsn> truncate_after;
  std::vector<record_ptr> append; ///< Answered with `log_synced`.
  std::vector<log_read> reads;    ///< Each answered with `log_was_read`.
  std::optional<lsn> release;     ///< Answered with `log_released`.
};

struct log_saved {};

/// Everything up to `seq` of the log that was cut `cut` times is durable.
struct log_synced {
  std::uint64_t cut = 0;
  lsn seq;
};

struct log_was_read {
  log_read asked;
  std::vector<record_ptr> records; ///< None: the log does not hold them any more.
};

struct log_released {
  lsn base;
};

// -- a replica and its store
// ----------------------------------------------------------------------

struct apply_job {
  shard_id shard;
  apply_batch batch;
};

struct batch_applied {
  lsn seq;
};

/// What was applied up to here would survive a crash.
struct store_flushed {
  lsn seq;
};

// -- the actors
// -----------------------------------------------------------------------------------

using replica_actor = caf::typed_actor<
  // From the shard's other replicas.
  caf::reacts_to<cluster::peer_identity, message>,
  caf::reacts_to<cluster::peer_identity, shipment>,
  // From doors and actors of this node; answered through the sink.
  caf::reacts_to<local_requests>,
  // From another node; answered to the sender with `remote_answers`.
  caf::reacts_to<remote_requests>,
  // From this node's shards actor.
  caf::reacts_to<node_suspected>,
  // The same; answered when this replica is master no more. Fails with ec::unreachable,
  // at once when no other replica can take over, later when the one chosen does not.
  caf::replies_to<transfer_mastership>::with<caf::ok_atom>,
  // How it is.
  caf::replies_to<atom::status>::with<replica_status>,
  // From the log writer.
  caf::reacts_to<log_saved>, caf::reacts_to<log_synced>, caf::reacts_to<log_was_read>,
  caf::reacts_to<log_released>,
  // From the applier.
  caf::reacts_to<batch_applied>, caf::reacts_to<store_flushed>,
  // The link of an asker has room for answers.
  caf::reacts_to<actors::room_came>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

/// Where a replica's notes to other nodes go: the node's links.
using note_sender
  = caf::typed_actor<caf::reacts_to<cluster::post>, caf::reacts_to<cluster::pin_link>>;

/// Whom a replica answers on another node.
using remote_asker = caf::typed_actor<caf::reacts_to<remote_answers>>;

/// Who hears of a node's replicas; it first hears of all that there are.
using replica_listener = caf::typed_actor<caf::reacts_to<replica_news>>;

/// This node has a replica of the shard, and how to reach it.
struct replica_opened {
  shard_id shard;
  replica_actor replica;
};

/// Sends a node's Beats, together where they go to one node.
using beat_bundler_actor = caf::typed_actor<
  // From this node's replicas.
  caf::reacts_to<node_beat>,
  // From other nodes' bundlers.
  caf::reacts_to<cluster::peer_identity, beat_bundle>,
  // From the links.
  caf::reacts_to<cluster::link_news>,
  // From this node's shards.
  caf::reacts_to<replica_opened>,
  // Private: sends what was gathered.
  caf::reacts_to<caf::flush_atom>>;

/// Who wants to find this node's replicas, and to hear of their masterships.
using shard_listener
  = caf::typed_actor<caf::reacts_to<replica_opened>, caf::reacts_to<replica_news>>;

/// It first hears `replica_opened` of those that there are, and what was told of each.
struct subscribe_shards {
  shard_listener listener;
};

/// Takes the committed records of a replica in their order, as they are applied.
using apply_listener = caf::typed_actor<caf::reacts_to<apply_job>>;

// -- a replica's introduction to the actors that serve it
// -------------------------------------------------

/// From here on the log writer alone uses `files`.
struct serve_log {
  shard_id shard;
  std::shared_ptr<replica_files> files;
  replica_actor owner;
};

/// From here on the applier alone changes the store; others may read it.
struct serve_store {
  shard_id shard;
  std::shared_ptr<store> what;
  replica_actor owner;
  apply_listener feed; ///< May be null.
};

struct flush_done {
  shard_id shard;
  lsn seq;
};

struct flush_store {
  shard_id shard;
  std::shared_ptr<store> what;
  caf::typed_actor<caf::reacts_to<flush_done>> to;
};

} // namespace troupe::storage

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::shipment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::beat_bundle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::node_beat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::local_requests)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::remote_requests)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::remote_answers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::replica_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::node_replicas)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::node_suspected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::tell_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::transfer_mastership)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::log_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::log_saved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::log_synced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::log_was_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::log_released)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::apply_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::batch_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::store_flushed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::replica_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::replica_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::subscribe_shards)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::serve_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::serve_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::flush_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::storage::flush_store)
