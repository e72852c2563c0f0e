#include "storage/catalog/placement_wire.hpp"

#include "storage/catalog/catalog.pb.h"
#include "storage/record_wire.hpp"

#include <utility>

namespace troupe::storage {

namespace {

error unparsed(const std::string& what) {
  return fail(ec::malformed, what + " does not parse");
}

bool from_wire(const std::string& in, node_id& out) {
  auto id = uuid{};
  if (!get(in, id) || id.nil())
    return false;
  out = node_id{id};
  return true;
}

bool from_wire(const v1::SlotRange& in, slot_range& out) {
  if (in.first() > in.last() || in.last() >= slot_count)
    return false;
  out = {
    slot{static_cast<std::uint16_t>(in.first())},
    slot{static_cast<std::uint16_t>(in.last())}};
  return true;
}

bool from_wire(v1::Placement&& in, placement& out) {
  if (in.shard() > shard_count_max || in.founding_size() < 1 || in.founding_size() > 2)
    return false;
  out.shard = shard_id{in.shard()};
  auto payload = record_payload{};
  if (!get(std::move(*in.mutable_founding(0)), payload))
    return false;
  auto* config = std::get_if<shard_config>(&payload);
  if (config == nullptr)
    return false;
  out.with.config = std::move(*config);
  if (in.founding_size() == 1)
    return true;
  if (!get(std::move(*in.mutable_founding(1)), payload))
    return false;
  auto* own = std::get_if<slot_own_record>(&payload);
  if (own == nullptr || own->slots.empty())
    return false;
  out.with.slots = std::move(own->slots);
  return true;
}

} // namespace

// -- genesis
// ------------------------------------------------------------------------------

std::string encode(const storage_genesis& x) {
  auto out = v1::Genesis{};
  out.set_shard_count(x.shard_count);
  out.set_replica_count(x.replica_count);
  out.set_beat_ns(x.timing.beat.count());
  out.set_election_timeout_ns(x.timing.election_timeout.count());
  out.set_lease_ns(x.timing.lease.count());
  out.set_drift_percent(x.timing.drift_percent);
  out.set_ack(static_cast<v1::Config::Ack>(x.timing.ack));
  return out.SerializeAsString();
}

expected<storage_genesis> decode_genesis(byte_view bytes) {
  auto in = v1::Genesis{};
  if (!parse(bytes, in) || in.ack() < v1::Config::ASYNC || in.ack() > v1::Config::QUORUM)
    return unparsed("what the cluster was founded with");
  auto result = storage_genesis{};
  result.shard_count = in.shard_count();
  result.replica_count = in.replica_count();
  result.timing = {
    duration{in.beat_ns()}, duration{in.election_timeout_ns()}, duration{in.lease_ns()},
    in.drift_percent(), static_cast<ack_mode>(in.ack())};
  if (auto why = validate(result))
    return fail(ec::malformed, "what the cluster was founded with: " + sentence_of(why));
  return result;
}

// -- placement
// ------------------------------------------------------------------------------

std::string encode(const placement& x) {
  auto out = v1::Placement{};
  out.set_shard(x.shard.value());
  put(x.with.config, *out.add_founding());
  if (!x.with.slots.empty())
    put(slot_own_record{x.with.slots}, *out.add_founding());
  return out.SerializeAsString();
}

expected<placement> decode_placement(byte_view bytes) {
  auto in = v1::Placement{};
  auto result = placement{};
  if (!parse(bytes, in) || !from_wire(std::move(in), result))
    return unparsed("a placement");
  return result;
}

// -- slot map
// ------------------------------------------------------------------------------

std::string encode(const slot_map& x) {
  auto out = v1::SlotMap{};
  for (const auto& from : x.ranges) {
    auto& to = *out.add_ranges();
    to.mutable_slots()->set_first(from.slots.first.value());
    to.mutable_slots()->set_last(from.slots.last.value());
    to.set_shard(from.shard.value());
  }
  return out.SerializeAsString();
}

expected<slot_map> decode_slot_map(byte_view bytes) {
  auto in = v1::SlotMap{};
  if (!parse(bytes, in))
    return unparsed("a slot map");
  auto result = slot_map{};
  for (const auto& from : in.ranges()) {
    auto to = slot_map::range{};
    if (
      !from_wire(from.slots(), to.slots)
      || (!result.ranges.empty() && to.slots.first <= result.ranges.back().slots.last))
      return unparsed("a slot map");
    to.shard = shard_id{from.shard()};
    // The catalog's group has a slot of its own, but no client's keys.
    if (to.shard == catalog_shard)
      return unparsed("a slot map");
    result.ranges.push_back(to);
  }
  return result;
}

// -- shard role
// ------------------------------------------------------------------------------

byte_buffer encode(const shard_role_entry& x) {
  auto out = v1::ShardRole{};
  out.set_shard(x.shard.value());
  out.set_epoch(x.at.value());
  out.set_replica(x.replica.value());
  out.set_node(to_bytes(x.node.value()));
  out.set_incarnation(x.incarnation.value());
  auto result = byte_buffer{};
  append(result, as_bytes(out.SerializeAsString()));
  return result;
}

expected<shard_role_entry> decode_shard_role(byte_view bytes) {
  auto in = v1::ShardRole{};
  auto result = shard_role_entry{};
  if (
    !parse(bytes, in) || !from_wire(in.node(), result.node) || in.epoch() == 0
    || in.replica() == 0 || in.incarnation() == 0)
    return unparsed("a shard's role");
  result.shard = shard_id{in.shard()};
  result.at = epoch{in.epoch()};
  result.replica = replica_id{in.replica()};
  result.incarnation = incarnation{in.incarnation()};
  return result;
}

} // namespace troupe::storage
