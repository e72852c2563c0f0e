#include "storage/storage_wire.hpp"

#include "storage/record_wire.hpp"

#include <memory>
#include <string>
#include <utility>

namespace troupe::storage {

namespace {

error unreadable(std::string what) {
  return fail(ec::malformed, "storage record: " + std::move(what));
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

} // namespace

void encode_batch(std::span<const record_ptr> records, byte_buffer& out) {
  auto batch = v1::Batch{};
  put(records, batch);
  serialize_to(batch, out);
}

expected<std::vector<record_ptr>> decode_batch(byte_view bytes, position first) {
  auto batch = v1::Batch{};
  if (!parse(bytes, batch))
    return unreadable("a batch is no protobuf");
  auto result = std::vector<record_ptr>{};
  auto at = first;
  if (!get(std::move(batch), at, result))
    return unreadable("a field of " + to_string(at) + " is out of range");
  return result;
}

byte_buffer encode_record(const record& x) {
  auto message = v1::Record{};
  put(x.at, *message.mutable_at());
  put(x.payload, message);
  return serialized(message);
}

expected<record_ptr> decode_record(byte_view bytes) {
  auto message = v1::Record{};
  if (!parse(bytes, message))
    return unreadable("a record is no protobuf");
  auto made = std::make_shared<record>();
  made->at = get(message.at());
  if (!get(std::move(message), made->payload))
    return unreadable("a field of " + to_string(made->at) + " is out of range");
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
  if (!parse(bytes, message))
    return unreadable("HARD is no protobuf");
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
  message.set_cluster(to_bytes(x.cluster.value()));
  message.set_shard(x.shard.value());
  message.set_replica(x.replica.value());
  return serialized(message);
}

expected<identity> decode_identity(byte_view bytes) {
  auto message = v1::Ident{};
  auto cluster = uuid{};
  if (!parse(bytes, message) || !get(message.cluster(), cluster))
    return unreadable("IDENT is no protobuf or has no cluster");
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
  if (!parse(bytes, message))
    return unreadable("REPLICAS is no protobuf");
  auto result = std::vector<replica_entry>{};
  for (const auto& from : message.replicas())
    result.push_back(
      {shard_id{from.shard()}, replica_id{from.replica()}, from.created()});
  return result;
}

} // namespace troupe::storage
