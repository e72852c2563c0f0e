#include "storage/storage_wire.hpp"

#include "storage/storage.pb.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::storage {

namespace {

error malformed(std::string what) {
  return fail(ec::malformed, "storage record: " + std::move(what));
}

template <class Message>
bool parse_into(Message& message, byte_view bytes) {
  return bytes.size() <= std::numeric_limits<int>::max()
         && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <class Message>
void serialize_to(const Message& message, byte_buffer& out) {
  auto size = message.ByteSizeLong();
  out.resize(out.size() + size);
  message.SerializeWithCachedSizesToArray(
    reinterpret_cast<std::uint8_t*>(out.data() + out.size() - size));
}

template <class Message>
byte_buffer serialized(const Message& message) {
  auto result = byte_buffer{};
  serialize_to(message, result);
  return result;
}

std::string bytes_of_uuid(const uuid& x) {
  return {reinterpret_cast<const char*>(x.value().data()), x.value().size()};
}

bool read_uuid(const std::string& bytes, uuid& result) {
  auto raw = uuid::bytes{};
  if (bytes.size() != raw.size())
    return false;
  std::ranges::transform(
    bytes, raw.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  result = uuid{raw};
  return true;
}

bool read_node(const std::string& bytes, node_id& result) {
  auto raw = uuid{};
  if (!read_uuid(bytes, raw))
    return false;
  result = node_id{raw};
  return true;
}

// To protobuf, one overload for each payload.

void put(const write_record& x, v1::Record& out) {
  auto& w = *out.mutable_write();
  w.mutable_client()->set_node(bytes_of_uuid(x.request.client.node.value()));
  w.mutable_client()->set_incarnation(x.request.client.life.value());
  w.mutable_client()->set_connection(x.request.client.connection);
  w.set_request(x.request.number);
  w.set_answered_below(x.answered_below);
  w.set_slot(x.in.value());
  w.set_reply(x.reply);
  for (const auto& from : x.effects) {
    auto& to = *w.add_effects();
    to.set_key(from.key);
    if (!from.value)
      continue;
    to.mutable_value()->set_type(from.value->type);
    to.mutable_value()->set_version(from.value->version);
    to.mutable_value()->set_expire_at_ms(from.value->expire_at_ms);
    to.mutable_value()->set_bytes(from.value->bytes);
  }
}

void put(const epoch_start_record&, v1::Record& out) { out.mutable_epoch_start(); }

void put(const shard_config& x, v1::Record& out) {
  auto& c = *out.mutable_config();
  for (const auto& from : x.members) {
    auto& to = *c.add_members();
    to.set_replica(from.replica.value());
    to.set_node(bytes_of_uuid(from.node.value()));
    to.set_role(static_cast<v1::Member::Role>(from.role));
  }
  c.set_beat_ns(x.timing.beat.count());
  c.set_election_timeout_ns(x.timing.election_timeout.count());
  c.set_lease_ns(x.timing.lease.count());
  c.set_drift_percent(x.timing.drift_percent);
  c.set_ack(static_cast<v1::Config::Ack>(x.timing.ack));
}

void put(const slot_own_record& x, v1::Record& out) {
  auto& s = *out.mutable_slot_own();
  for (const auto& from : x.slots) {
    auto& to = *s.add_slots();
    to.set_first(from.first.value());
    to.set_last(from.last.value());
  }
}

void put(const dedup_trim_record& x, v1::Record& out) {
  auto& t = *out.mutable_dedup_trim();
  t.set_node(bytes_of_uuid(x.node.value()));
  t.set_incarnation(x.life.value());
  t.set_closed_below(x.closed_below);
  t.mutable_open()->Add(x.open.begin(), x.open.end());
}

// From protobuf; false when a field is out of range.

bool get(const v1::Write& in, write_record& out) {
  if (!read_node(in.client().node(), out.request.client.node) || in.slot() >= slot_count)
    return false;
  out.request.client.life = incarnation{in.client().incarnation()};
  out.request.client.connection = in.client().connection();
  out.request.number = in.request();
  out.answered_below = in.answered_below();
  out.in = slot{static_cast<std::uint16_t>(in.slot())};
  out.reply = in.reply();
  for (const auto& from : in.effects()) {
    auto value = std::optional<row>{};
    if (from.has_value()) {
      const auto& v = from.value();
      if (v.type() > std::numeric_limits<std::uint8_t>::max())
        return false;
      value = row{
        static_cast<std::uint8_t>(v.type()), v.version(), v.expire_at_ms(), v.bytes()};
    }
    out.effects.push_back({from.key(), std::move(value)});
  }
  return true;
}

bool get(const v1::Config& in, shard_config& out) {
  for (const auto& from : in.members()) {
    auto to = member{};
    if (
      !read_node(from.node(), to.node) || from.role() < v1::Member::VOTER
      || from.role() > v1::Member::LEARNER)
      return false;
    to.replica = replica_id{from.replica()};
    to.role = static_cast<member_role>(from.role());
    out.members.push_back(to);
  }
  if (in.ack() < v1::Config::ASYNC || in.ack() > v1::Config::QUORUM)
    return false;
  out.timing.beat = duration{in.beat_ns()};
  out.timing.election_timeout = duration{in.election_timeout_ns()};
  out.timing.lease = duration{in.lease_ns()};
  out.timing.drift_percent = in.drift_percent();
  out.timing.ack = static_cast<ack_mode>(in.ack());
  return !validate(out);
}

bool get(const v1::SlotOwn& in, slot_own_record& out) {
  for (const auto& from : in.slots()) {
    if (from.first() > from.last() || from.last() >= slot_count)
      return false;
    out.slots.push_back(
      {slot{static_cast<std::uint16_t>(from.first())},
       slot{static_cast<std::uint16_t>(from.last())}});
  }
  return true;
}

bool get(const v1::DedupTrim& in, dedup_trim_record& out) {
  if (!read_node(in.node(), out.node))
    return false;
  out.life = incarnation{in.incarnation()};
  out.closed_below = in.closed_below();
  out.open.assign(in.open().begin(), in.open().end());
  return std::ranges::is_sorted(out.open);
}

template <class Payload, class Message>
bool get_as(const Message& in, record_payload& out) {
  auto& payload = out.emplace<Payload>();
  return get(in, payload);
}

bool get(const v1::Record& in, record_payload& out) {
  switch (in.payload_case()) {
    case v1::Record::kWrite:
      return get_as<write_record>(in.write(), out);
    case v1::Record::kEpochStart:
      out.emplace<epoch_start_record>();
      return true;
    case v1::Record::kConfig:
      return get_as<shard_config>(in.config(), out);
    case v1::Record::kSlotOwn:
      return get_as<slot_own_record>(in.slot_own(), out);
    case v1::Record::kDedupTrim:
      return get_as<dedup_trim_record>(in.dedup_trim(), out);
    case v1::Record::PAYLOAD_NOT_SET:
      return false;
  }
  return false;
}

void put(const record_payload& x, v1::Record& out) {
  std::visit([&out](const auto& payload) { put(payload, out); }, x);
}

} // namespace

void encode_batch(std::span<const record_ptr> records, byte_buffer& out) {
  auto batch = v1::Batch{};
  for (const auto& x : records)
    put(x->payload, *batch.add_records());
  serialize_to(batch, out);
}

expected<std::vector<record_ptr>> decode_batch(byte_view bytes, position first) {
  auto batch = v1::Batch{};
  if (!parse_into(batch, bytes))
    return malformed("a batch is no protobuf");
  auto result = std::vector<record_ptr>{};
  auto at = first;
  for (const auto& in : batch.records()) {
    auto made = std::make_shared<record>();
    made->at = at;
    if (!get(in, made->payload))
      return malformed("a field of " + to_string(at) + " is out of range");
    result.push_back(std::move(made));
    at.seq = at.seq.next();
  }
  return result;
}

byte_buffer encode_record(const record& x) {
  auto message = v1::Record{};
  message.mutable_at()->set_epoch(x.at.at.value());
  message.mutable_at()->set_lsn(x.at.seq.value());
  put(x.payload, message);
  return serialized(message);
}

expected<record_ptr> decode_record(byte_view bytes) {
  auto message = v1::Record{};
  if (!parse_into(message, bytes))
    return malformed("a record is no protobuf");
  auto made = std::make_shared<record>();
  made->at = {epoch{message.at().epoch()}, lsn{message.at().lsn()}};
  if (!get(message, made->payload))
    return malformed("a field of " + to_string(made->at) + " is out of range");
  return record_ptr{std::move(made)};
}

byte_buffer encode(const hard_slot& x) {
  auto message = v1::HardState{};
  message.set_epoch(x.state.at.value());
  message.set_voted_for(x.state.voted_for ? x.state.voted_for->value() : 0);
  message.set_synced_hint(x.synced_hint.value());
  message.set_generation(x.generation);
  return serialized(message);
}

expected<hard_slot> decode_hard_slot(byte_view bytes) {
  auto message = v1::HardState{};
  if (!parse_into(message, bytes))
    return malformed("HARD is no protobuf");
  auto result = hard_slot{};
  result.state.at = epoch{message.epoch()};
  if (message.voted_for() != 0)
    result.state.voted_for = replica_id{message.voted_for()};
  result.synced_hint = lsn{message.synced_hint()};
  result.generation = message.generation();
  return result;
}

byte_buffer encode(const identity& x) {
  auto message = v1::Ident{};
  message.set_cluster(bytes_of_uuid(x.cluster.value()));
  message.set_shard(x.shard.value());
  message.set_replica(x.replica.value());
  return serialized(message);
}

expected<identity> decode_identity(byte_view bytes) {
  auto message = v1::Ident{};
  auto cluster = uuid{};
  if (!parse_into(message, bytes) || !read_uuid(message.cluster(), cluster))
    return malformed("IDENT is no protobuf or has no cluster");
  return identity{
    cluster_id{cluster}, shard_id{message.shard()}, replica_id{message.replica()}};
}

byte_buffer encode(std::span<const replica_entry> x) {
  auto message = v1::Replicas{};
  for (const auto& from : x) {
    auto& to = *message.add_replicas();
    to.set_shard(from.shard.value());
    to.set_replica(from.replica.value());
    to.set_created(from.created);
  }
  return serialized(message);
}

expected<std::vector<replica_entry>> decode_replicas(byte_view bytes) {
  auto message = v1::Replicas{};
  if (!parse_into(message, bytes))
    return malformed("REPLICAS is no protobuf");
  auto result = std::vector<replica_entry>{};
  for (const auto& from : message.replicas())
    result.push_back(
      {shard_id{from.shard()}, replica_id{from.replica()}, from.created()});
  return result;
}

} // namespace troupe::storage
