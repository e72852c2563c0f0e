#include "registry/registry_wire.hpp"

#include "registry/registry.pb.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace troupe::registry {

namespace {

constexpr auto uuid_bytes = std::tuple_size_v<uuid::bytes>;

// Bounds of what a time or a weight may be, far beyond any sensible one.
constexpr auto warm_up_max = std::chrono::milliseconds{std::chrono::hours{24 * 365}};

byte_buffer serialised(const google::protobuf::MessageLite& message) {
  auto result = byte_buffer(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(
    reinterpret_cast<google::protobuf::uint8*>(result.data()));
  return result;
}

error malformed(const std::string& what) {
  return fail(ec::malformed, "registry: " + what);
}

bool parse(byte_view bytes, google::protobuf::MessageLite& message) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max())
         && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// To protobuf.

std::string to_wire(const node_id& x) {
  const auto& bytes = x.value().value();
  return {bytes.begin(), bytes.end()};
}

std::string to_wire(const owner_id& x) {
  return x.is_catalog() ? std::string{} : to_wire(x.node());
}

void to_wire(const version& x, v1::Version& out) {
  out.set_era(x.era);
  out.set_number(x.number);
}

void to_wire(const entry& x, v1::Entry& out) {
  out.set_kind(static_cast<std::uint32_t>(x.key.kind));
  out.set_name(x.key.name);
  out.set_instance(x.key.instance);
  to_wire(x.written, *out.mutable_written());
  if (x.value)
    out.set_value(x.value->data(), x.value->size());
}

void to_wire(const owner_delta& x, v1::OwnerDelta& out) {
  out.set_owner(to_wire(x.owner));
  to_wire(x.from, *out.mutable_from());
  to_wire(x.to, *out.mutable_to());
  out.set_full(x.full);
  to_wire(x.floor, *out.mutable_floor());
  out.mutable_entries()->Reserve(static_cast<int>(x.entries.size()));
  for (const auto& written : x.entries)
    to_wire(written, *out.add_entries());
}

void to_wire(const digest& x, v1::Digest& out) {
  out.set_scope(x.about == digest::scope::all ? v1::Digest::ALL : v1::Digest::LISTED);
  for (const auto& [owner, at] : x.versions) {
    auto& standing = *out.add_standings();
    standing.set_owner(to_wire(owner));
    to_wire(at, *standing.mutable_version());
  }
}

void to_wire(const service_name& x, v1::ServiceName& out) {
  out.set_group(x.group);
  out.set_interface(x.interface_name);
  out.set_version(x.version);
}

// From protobuf. Each returns false on what no encoder writes.

bool from_wire(const std::string& x, node_id& out) {
  if (x.size() != uuid_bytes)
    return false;
  auto bytes = uuid::bytes{};
  std::ranges::transform(
    x, bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  out = node_id{uuid{bytes}};
  return !out.value().nil();
}

bool from_wire(const std::string& x, owner_id& out) {
  auto node = node_id{};
  if (x.empty()) {
    out = owner_id::catalog();
    return true;
  }
  if (!from_wire(x, node))
    return false;
  out = owner_id{node};
  return true;
}

version from_wire(const v1::Version& x) { return {x.era(), x.number()}; }

bool from_wire(v1::Entry&& x, entry& out) {
  if (x.kind() == 0 || x.kind() > std::numeric_limits<std::uint8_t>::max())
    return false;
  out.key.kind = static_cast<entry_kind>(x.kind());
  out.key.name = std::move(*x.mutable_name());
  out.key.instance = std::move(*x.mutable_instance());
  out.written = from_wire(x.written());
  if (x.has_value()) {
    auto bytes = as_bytes(x.value());
    out.value.emplace(bytes.begin(), bytes.end());
  }
  return true;
}

bool from_wire(v1::OwnerDelta&& x, owner_delta& out) {
  if (!from_wire(x.owner(), out.owner))
    return false;
  out.from = from_wire(x.from());
  out.to = from_wire(x.to());
  out.full = x.full();
  out.floor = from_wire(x.floor());
  out.entries.resize(static_cast<std::size_t>(x.entries_size()));
  for (int i = 0; i < x.entries_size(); ++i)
    if (!from_wire(
          std::move(*x.mutable_entries(i)), out.entries[static_cast<std::size_t>(i)]))
      return false;
  return true;
}

bool from_wire(const v1::Digest& x, digest& out) {
  if (x.scope() != v1::Digest::ALL && x.scope() != v1::Digest::LISTED)
    return false;
  out.about = x.scope() == v1::Digest::ALL ? digest::scope::all : digest::scope::listed;
  for (const auto& standing : x.standings()) {
    auto owner = owner_id{};
    if (
      !from_wire(standing.owner(), owner)
      || !out.versions.emplace(owner, from_wire(standing.version())).second)
      return false;
  }
  return true;
}

bool from_wire(const v1::ServiceName& x, service_name& out) {
  out = {x.group(), x.interface(), x.version()};
  return !out.interface_name.empty();
}

} // namespace

byte_buffer encode(const sync_message& x) {
  auto message = v1::Sync{};
  for (const auto& delta : x.deltas)
    to_wire(delta, *message.add_deltas());
  if (x.have)
    to_wire(*x.have, *message.mutable_have());
  message.set_more(x.more);
  message.set_ack(x.ack);
  return serialised(message);
}

expected<sync_message> decode_sync(byte_view bytes) {
  auto message = v1::Sync{};
  if (!parse(bytes, message))
    return malformed("not a sync message");
  auto result = sync_message{};
  result.more = message.more();
  result.ack = message.ack();
  for (auto& delta : *message.mutable_deltas()) {
    auto& out = result.deltas.emplace_back();
    if (!from_wire(std::move(delta), out))
      return malformed("a delta with a bad owner, kind or name");
    if (auto trouble = check_shape(out))
      return trouble;
  }
  if (message.has_have() && !from_wire(message.have(), result.have.emplace()))
    return malformed("a digest with a bad scope or owner, or an owner twice");
  return result;
}

byte_buffer encode(const provider_entry& x) {
  auto message = v1::ProviderEntry{};
  to_wire(x.service, *message.mutable_service());
  message.set_node(to_wire(x.node));
  message.set_incarnation(x.incarnation.value());
  message.set_actor(x.actor);
  for (const auto& method : x.methods)
    message.add_methods(method);
  message.set_weight(x.weight);
  message.set_started_unix_ms(x.started.time_since_epoch().count());
  message.set_warm_up_ms(static_cast<std::uint64_t>(x.warm_up.count()));
  return serialised(message);
}

expected<provider_entry> decode_provider(byte_view bytes) {
  auto message = v1::ProviderEntry{};
  auto result = provider_entry{};
  if (
    !parse(bytes, message) || !from_wire(message.service(), result.service)
    || !from_wire(message.node(), result.node) || message.incarnation() == 0
    || message.warm_up_ms() > static_cast<std::uint64_t>(warm_up_max.count()))
    return malformed("not a provider entry");
  result.incarnation = incarnation{message.incarnation()};
  result.actor = message.actor();
  result.methods.assign(message.methods().begin(), message.methods().end());
  result.weight = message.weight();
  result.started = wall_time{std::chrono::milliseconds{message.started_unix_ms()}};
  result.warm_up = std::chrono::milliseconds{message.warm_up_ms()};
  return result;
}

byte_buffer encode(const consumer_entry& x) {
  auto message = v1::ConsumerEntry{};
  message.set_interest(x.interest);
  message.set_node(to_wire(x.node));
  message.set_incarnation(x.incarnation.value());
  message.set_actor(x.actor);
  return serialised(message);
}

expected<consumer_entry> decode_consumer(byte_view bytes) {
  auto message = v1::ConsumerEntry{};
  auto result = consumer_entry{};
  if (
    !parse(bytes, message) || !from_wire(message.node(), result.node)
    || message.incarnation() == 0 || message.interest().empty())
    return malformed("not a consumer entry");
  result.interest = message.interest();
  result.incarnation = incarnation{message.incarnation()};
  result.actor = message.actor();
  return result;
}

byte_buffer encode(const admin_state_entry& x) {
  auto message = v1::AdminStateEntry{};
  message.set_target(x.target);
  message.set_mode(static_cast<std::uint32_t>(x.mode));
  message.set_reason(x.reason);
  return serialised(message);
}

expected<admin_state_entry> decode_admin_state(byte_view bytes) {
  auto message = v1::AdminStateEntry{};
  if (
    !parse(bytes, message) || message.target().empty() || message.mode() == 0
    || message.mode() > static_cast<std::uint32_t>(admin_mode::maint))
    return malformed("not an admin state entry");
  return admin_state_entry{
    message.target(), static_cast<admin_mode>(message.mode()), message.reason()};
}

} // namespace troupe::registry
