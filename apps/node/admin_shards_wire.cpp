#include "apps/apps.pb.h"
#include "apps/node/add_codec_wire.hpp"
#include "apps/node/admin.hpp"
#include "apps/node/admin_wire.hpp"
#include "cluster/uuid_wire.hpp"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::apps {

namespace {

using cluster::uuid_from_wire;
using cluster::uuid_to_wire;
using storage::peer_status;
using storage::replica_role;
using storage::replica_status;
using storage::slot_range;

template <class Rows>
void slots_to_wire(const std::vector<slot_range>& slots, Rows& out) {
  for (const auto& x : slots) {
    auto& row = *out.Add();
    row.set_first(x.first.value());
    row.set_last(x.last.value());
  }
}

template <class Rows>
bool slots_from_wire(const Rows& in, std::vector<slot_range>& out) {
  for (const auto& x : in) {
    if (x.first() > x.last() || x.last() >= storage::slot_count)
      return false;
    out.push_back(
      {slot{static_cast<std::uint16_t>(x.first())},
       slot{static_cast<std::uint16_t>(x.last())}});
  }
  return true;
}

bool role_from_wire(std::uint32_t in, replica_role& out) {
  out = static_cast<replica_role>(in);
  return in >= static_cast<std::uint32_t>(replica_role::slave)
         && in <= static_cast<std::uint32_t>(replica_role::master);
}

// -- what shells are told

void to_wire(const replica_row& x, v1::ReplicaRow& out) {
  out.set_node(x.node.value());
  out.set_state(x.state);
  out.set_replica(x.replica.value());
  out.set_role(x.role);
  out.set_voter(x.voter);
  if (x.durable)
    out.set_durable(x.durable->value());
  if (x.commit)
    out.set_commit(x.commit->value());
  if (x.applied)
    out.set_applied(x.applied->value());
  if (x.lag)
    out.set_lag(*x.lag);
}

replica_row from_wire(const v1::ReplicaRow& in) {
  auto result = replica_row{};
  result.node = node_name{in.node()};
  result.state = in.state();
  result.replica = replica_id{in.replica()};
  result.role = in.role();
  result.voter = in.voter();
  if (in.has_durable())
    result.durable = lsn{in.durable()};
  if (in.has_commit())
    result.commit = lsn{in.commit()};
  if (in.has_applied())
    result.applied = lsn{in.applied()};
  if (in.has_lag())
    result.lag = in.lag();
  return result;
}

void to_wire(const shards_reply& x, v1::ShardsReply& out) {
  out.set_waiting(x.waiting);
  for (const auto& each : x.shards) {
    auto& row = *out.add_shards();
    row.set_shard(each.shard.value());
    row.set_epoch(each.at.value());
    if (each.master)
      row.set_master(each.master->value());
    slots_to_wire(each.slots, *row.mutable_slots());
    for (const auto& replica : each.replicas)
      to_wire(replica, *row.add_replicas());
  }
}

bool from_wire(const v1::ShardsReply& in, shards_reply& out) {
  out.waiting = in.waiting();
  for (const auto& each : in.shards()) {
    auto& row = out.shards.emplace_back();
    row.shard = shard_id{each.shard()};
    row.at = epoch{each.epoch()};
    if (each.has_master())
      row.master = node_name{each.master()};
    if (!slots_from_wire(each.slots(), row.slots))
      return false;
    for (const auto& replica : each.replicas())
      row.replicas.push_back(from_wire(replica));
  }
  return true;
}

// -- what admins tell each other

void to_wire(const peer_status& x, v1::PeerStatus& out) {
  out.set_replica(x.replica.value());
  out.set_node(uuid_to_wire(x.node.value()));
  out.set_role(static_cast<std::uint32_t>(x.role));
  out.set_voter(x.voter);
  out.set_durable(x.durable.value());
  out.set_applied(x.applied.value());
  out.set_heard(x.heard);
}

bool from_wire(const v1::PeerStatus& in, peer_status& out) {
  out.replica = replica_id{in.replica()};
  out.voter = in.voter();
  out.durable = lsn{in.durable()};
  out.applied = lsn{in.applied()};
  out.heard = in.heard();
  return uuid_from_wire(in.node(), out.node) && role_from_wire(in.role(), out.role);
}

void to_wire(const replica_status& x, v1::ReplicaStatus& out) {
  out.set_shard(x.shard.value());
  out.set_replica(x.replica.value());
  out.set_epoch(x.at.value());
  out.set_role(static_cast<std::uint32_t>(x.role));
  out.set_announced(x.announced);
  out.set_quarantined(x.quarantined);
  if (x.master)
    out.set_master(x.master->value());
  out.set_end(x.end.value());
  out.set_durable(x.durable.value());
  out.set_commit(x.commit.value());
  out.set_applied(x.applied.value());
  slots_to_wire(x.slots, *out.mutable_slots());
  for (const auto& peer : x.peers)
    to_wire(peer, *out.add_peers());
}

bool from_wire(const v1::ReplicaStatus& in, replica_status& out) {
  out.shard = shard_id{in.shard()};
  out.replica = replica_id{in.replica()};
  out.at = epoch{in.epoch()};
  out.announced = in.announced();
  out.quarantined = in.quarantined();
  if (in.has_master())
    out.master = replica_id{in.master()};
  out.end = lsn{in.end()};
  out.durable = lsn{in.durable()};
  out.commit = lsn{in.commit()};
  out.applied = lsn{in.applied()};
  for (const auto& peer : in.peers())
    if (!from_wire(peer, out.peers.emplace_back()))
      return false;
  return role_from_wire(in.role(), out.role) && slots_from_wire(in.slots(), out.slots);
}

void to_wire(const own_shards_reply& x, v1::OwnShardsReply& out) {
  out.set_waiting(x.waiting);
  for (const auto& each : x.replicas)
    to_wire(each, *out.add_replicas());
}

bool from_wire(const v1::OwnShardsReply& in, own_shards_reply& out) {
  out.waiting = in.waiting();
  for (const auto& each : in.replicas())
    if (!from_wire(each, out.replicas.emplace_back()))
      return false;
  return true;
}

// -- data

void to_wire(const data_command& x, v1::DataCommand& out) {
  for (const auto& word : x.words)
    out.add_words(word);
}

bool from_wire(const v1::DataCommand& in, data_command& out) {
  out.words.assign(in.words().begin(), in.words().end());
  return true;
}

template <class T, class Wire>
void add_shard_codec(actors::message_codecs& codecs) {
  add_codec<T, Wire>(
    codecs, [](const T& x, Wire& out) { to_wire(x, out); },
    [](const Wire& in, T& out) { return from_wire(in, out); });
}

/// A message that says all by being there.
template <class T, class Wire>
void add_empty(actors::message_codecs& codecs) {
  add_codec<T, Wire>(
    codecs, [](const T&, Wire&) {}, [](const Wire&, T&) { return true; });
}

} // namespace

void register_shards_codecs(actors::message_codecs& codecs) {
  add_empty<shards_query, v1::ShardsQuery>(codecs);
  add_shard_codec<shards_reply, v1::ShardsReply>(codecs);
  add_empty<own_shards_query, v1::OwnShardsQuery>(codecs);
  add_shard_codec<own_shards_reply, v1::OwnShardsReply>(codecs);
  add_shard_codec<data_command, v1::DataCommand>(codecs);
  add_codec<data_reply, v1::DataReply>(
    codecs, [](const data_reply& x, v1::DataReply& out) { out.set_resp(x.resp); },
    [](const v1::DataReply& in, data_reply& out) {
      out.resp = in.resp();
      return true;
    });
}

} // namespace troupe::apps
