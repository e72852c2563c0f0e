#include "storage/record_wire.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace troupe::storage {

std::string to_bytes(const uuid& x) { return {x.value().begin(), x.value().end()}; }

bool get(const std::string& bytes, uuid& out) {
  auto raw = uuid::bytes{};
  if (bytes.size() != raw.size())
    return false;
  std::ranges::transform(
    bytes, raw.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  out = uuid{raw};
  return true;
}

bool parse(byte_view bytes, google::protobuf::MessageLite& message) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max())
         && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void put(const position& x, v1::Position& out) {
  out.set_epoch(x.at.value());
  out.set_lsn(x.seq.value());
}

position get(const v1::Position& in) { return {epoch{in.epoch()}, lsn{in.lsn()}}; }

bool get(const std::string& bytes, node_id& out) {
  auto raw = uuid{};
  if (!get(bytes, raw))
    return false;
  out = node_id{raw};
  return true;
}

void put(const client_id& x, v1::ClientId& out) {
  out.set_node(to_bytes(x.node.value()));
  out.set_incarnation(x.incarnation.value());
  out.set_connection(x.connection);
}

bool get(const v1::ClientId& in, client_id& out) {
  if (!get(in.node(), out.node))
    return false;
  out.incarnation = incarnation{in.incarnation()};
  out.connection = in.connection();
  return true;
}

void put(const effect& x, v1::Effect& out) {
  out.set_key(x.key);
  if (!x.value)
    return;
  out.mutable_value()->set_type(x.value->type);
  out.mutable_value()->set_version(x.value->version);
  out.mutable_value()->set_expire_at_ms(x.value->expire_at_ms);
  out.mutable_value()->set_bytes(x.value->bytes);
}

bool get(v1::Effect&& in, effect& out) {
  out.key = std::move(*in.mutable_key());
  out.value.reset();
  if (!in.has_value())
    return true;
  auto& value = *in.mutable_value();
  if (value.type() > std::numeric_limits<std::uint8_t>::max())
    return false;
  out.value = row{
    static_cast<std::uint8_t>(value.type()), value.version(), value.expire_at_ms(),
    std::move(*value.mutable_bytes())};
  return true;
}

void put(const dedup_trim_record& x, v1::DedupTrim& out) {
  out.set_node(to_bytes(x.node.value()));
  out.set_incarnation(x.incarnation.value());
  out.set_closed_below(x.closed_below);
  out.mutable_open()->Add(x.open.begin(), x.open.end());
}

bool get(const v1::DedupTrim& in, dedup_trim_record& out) {
  if (!get(in.node(), out.node))
    return false;
  out.incarnation = incarnation{in.incarnation()};
  out.closed_below = in.closed_below();
  out.open.assign(in.open().begin(), in.open().end());
  return std::ranges::is_sorted(out.open);
}

void put(const shard_config& x, v1::Config& out) {
  for (const auto& from : x.members) {
    auto& to = *out.add_members();
    to.set_replica(from.replica.value());
    to.set_node(to_bytes(from.node.value()));
    to.set_role(static_cast<v1::Member::Role>(from.role));
  }
  out.set_beat_ns(x.timing.beat.count());
  out.set_election_timeout_ns(x.timing.election_timeout.count());
  out.set_lease_ns(x.timing.lease.count());
  out.set_drift_percent(x.timing.drift_percent);
  out.set_ack(static_cast<v1::Config::Ack>(x.timing.ack));
}

bool get(const v1::Config& in, shard_config& out) {
  for (const auto& from : in.members()) {
    auto to = member{};
    if (
      !get(from.node(), to.node) || from.role() < v1::Member::VOTER
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

void put(const std::vector<slot_range>& x, v1::SlotOwn& out) {
  for (const auto& from : x) {
    auto& to = *out.add_slots();
    to.set_first(from.first.value());
    to.set_last(from.last.value());
  }
}

bool get(const v1::SlotOwn& in, std::vector<slot_range>& out) {
  for (const auto& from : in.slots()) {
    if (from.first() > from.last() || from.last() >= slot_count)
      return false;
    out.push_back(
      {slot{static_cast<std::uint16_t>(from.first())},
       slot{static_cast<std::uint16_t>(from.last())}});
  }
  return true;
}

namespace {

// To protobuf, one overload for each payload.

void put(const write_record& x, v1::Record& out) {
  auto& w = *out.mutable_write();
  put(x.request.client, *w.mutable_client());
  w.set_request(x.request.number);
  w.set_answered_below(x.answered_below);
  w.set_slot(x.in.value());
  w.set_reply(x.reply);
  w.mutable_effects()->Reserve(static_cast<int>(x.effects.size()));
  for (const auto& from : x.effects)
    put(from, *w.add_effects());
}

void put(const epoch_start_record&, v1::Record& out) { out.mutable_epoch_start(); }

void put(const shard_config& x, v1::Record& out) {
  storage::put(x, *out.mutable_config());
}

void put(const slot_own_record& x, v1::Record& out) {
  storage::put(x.slots, *out.mutable_slot_own());
}

void put(const dedup_trim_record& x, v1::Record& out) {
  put(x, *out.mutable_dedup_trim());
}

// From protobuf; false when a field is out of range.

bool get(v1::Write& in, write_record& out) {
  if (!get(in.client(), out.request.client) || in.slot() >= slot_count)
    return false;
  out.request.number = in.request();
  out.answered_below = in.answered_below();
  out.in = slot{static_cast<std::uint16_t>(in.slot())};
  out.reply = std::move(*in.mutable_reply());
  out.effects.reserve(static_cast<std::size_t>(in.effects_size()));
  for (auto& from : *in.mutable_effects())
    if (!get(std::move(from), out.effects.emplace_back()))
      return false;
  return true;
}

bool get(const v1::SlotOwn& in, slot_own_record& out) {
  return storage::get(in, out.slots);
}

template <class Payload, class Message>
bool get_as(Message& in, record_payload& out) {
  auto& payload = out.emplace<Payload>();
  return get(in, payload);
}

} // namespace

void put(const record_payload& x, v1::Record& out) {
  std::visit([&out](const auto& payload) { put(payload, out); }, x);
}

bool get(v1::Record&& in, record_payload& out) {
  switch (in.payload_case()) {
    case v1::Record::kWrite:
      return get_as<write_record>(*in.mutable_write(), out);
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

void put(std::span<const record_ptr> records, v1::Batch& out) {
  out.mutable_records()->Reserve(static_cast<int>(records.size()));
  for (const auto& x : records)
    put(x->payload, *out.add_records());
}

bool get(v1::Batch&& in, position& at, std::vector<record_ptr>& out) {
  out.reserve(out.size() + static_cast<std::size_t>(in.records_size()));
  for (auto& from : *in.mutable_records()) {
    auto made = std::make_shared<record>();
    made->at = at;
    if (!get(std::move(from), made->payload))
      return false;
    out.push_back(std::move(made));
    at.seq = at.seq.next();
  }
  return true;
}

} // namespace troupe::storage
