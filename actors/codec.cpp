#include "actors/codec.hpp"

#include "actors/base/assert.hpp"
#include "actors/error_wire.hpp"

#include <utility>

namespace troupe::actors {

namespace {

// Names of the two kinds of message that need no registration.
constexpr auto empty_type = "troupe.empty";
constexpr auto error_type = "troupe.error";

expected<caf::message> decode_error_message(std::string_view payload) {
  auto content = error{};
  if (!decode_error(payload, content))
    return fail(ec::malformed, "an error message does not parse");
  return caf::make_message(std::move(content));
}

} // namespace

std::string_view to_string(lane x) { return x == lane::control ? "control" : "bulk"; }

message_codecs::message_codecs() = default;

void message_codecs::add_entry(
  std::type_index type, const std::string& name, codec entry) {
  auto [where, is_new] = by_name_.emplace(name, std::move(entry));
  TROUPE_ASSERT(is_new);
  TROUPE_ASSERT(by_type_.emplace(type, &*where).second);
}

message_codecs::codec& message_codecs::entry_of(std::type_index type) {
  auto found = by_type_.find(type);
  TROUPE_ASSERT(found != by_type_.end());
  return by_name_.at(found->second->first);
}

expected<encoded_message> message_codecs::encode(const caf::message& x) const {
  if (x.empty())
    return encoded_message{empty_type, {}, lane::bulk};
  if (x.size() == 1 && x.match_element<error>(0))
    return encoded_message{error_type, encode_error(x.get_as<error>(0)), lane::bulk};
  // A built-in type of the engine has a number instead of a type info.
  const auto* type = x.size() == 1 ? x.type(0).second : nullptr;
  if (type != nullptr)
    if (auto found = by_type_.find(*type); found != by_type_.end()) {
      const auto& [name, entry] = *found->second;
      return encoded_message{name, entry.encode(x), entry.lane};
    }
  return fail(
    ec::not_remotable, std::string{"a message of type "}
                         + (type != nullptr ? type->name() : caf::to_string(x).c_str())
                         + " has no codec; register one or send a type that has");
}

expected<caf::message>
message_codecs::decode(const std::string& type, std::string_view payload) const {
  if (type == empty_type)
    return caf::message{};
  if (type == error_type)
    return decode_error_message(payload);
  auto found = by_name_.find(type);
  if (found == by_name_.end())
    return fail(
      ec::not_remotable, "this node knows no message type '" + type
                           + "'; the sender may run a newer version");
  return found->second.decode(payload);
}

std::optional<caf::message> message_codecs::undelivered(
  const std::string& type, std::string_view payload, const error& why) const {
  auto found = by_name_.find(type);
  if (found == by_name_.end() || !found->second.undelivered)
    return std::nullopt;
  auto content = found->second.decode(payload);
  if (!content)
    return std::nullopt;
  return found->second.undelivered(*content, why);
}

} // namespace troupe::actors
