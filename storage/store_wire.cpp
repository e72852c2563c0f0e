#include "storage/store_wire.hpp"

#include "storage/record_wire.hpp"

#include <string>
#include <utility>

namespace troupe::storage {

namespace {

/// Raised when a store that this code writes would be misread by older code.
constexpr auto store_format = std::uint32_t{1};

error corrupt(const std::string& what) {
  return fail(ec::corrupt, "a store's row of " + what + " is damaged");
}

} // namespace

std::string encode_applied(const position& x) {
  auto message = v1::Applied{};
  message.set_format(store_format);
  put(x, *message.mutable_at());
  return message.SerializeAsString();
}

expected<position> decode_applied(std::string_view bytes) {
  auto message = v1::Applied{};
  if (!parse(as_bytes(bytes), message) || message.format() == 0)
    return corrupt("the applied position");
  if (message.format() > store_format)
    return fail(
      ec::version_mismatch, "the store has format " + std::to_string(message.format())
                              + ", this program knows 1 to "
                              + std::to_string(store_format)
                              + "; run the version that wrote it");
  return get(message.at());
}

std::string encode_config(const shard_config& x) {
  auto message = v1::Config{};
  put(x, message);
  return message.SerializeAsString();
}

expected<shard_config> decode_config(std::string_view bytes) {
  auto message = v1::Config{};
  auto result = shard_config{};
  if (!parse(as_bytes(bytes), message) || !get(message, result))
    return corrupt("the configuration");
  return result;
}

std::string encode_slots(const std::vector<slot_range>& x) {
  auto message = v1::SlotOwn{};
  put(x, message);
  return message.SerializeAsString();
}

expected<std::vector<slot_range>> decode_slots(std::string_view bytes) {
  auto message = v1::SlotOwn{};
  auto result = std::vector<slot_range>{};
  if (!parse(as_bytes(bytes), message) || !get(message, result))
    return corrupt("the slots");
  return result;
}

std::string encode_client(const client_row& x) {
  auto message = v1::DedupRow{};
  message.set_answered_below(x.answered_below);
  for (const auto& [request, reply] : x.replies) {
    auto& to = *message.add_replies();
    to.set_request(request);
    to.set_reply(reply);
  }
  return message.SerializeAsString();
}

expected<client_row> decode_client(std::string_view bytes) {
  auto message = v1::DedupRow{};
  if (!parse(as_bytes(bytes), message))
    return corrupt("a client");
  auto result = client_row{message.answered_below(), {}};
  for (auto& from : *message.mutable_replies()) {
    auto is_next
      = from.request() >= result.answered_below
        && (result.replies.empty() || from.request() > result.replies.rbegin()->first);
    if (!is_next)
      return corrupt("a client");
    result.replies.emplace_hint(
      result.replies.end(), from.request(), std::move(*from.mutable_reply()));
  }
  return result;
}

std::string encode_node(const node_row& x) {
  auto message = v1::DedupNode{};
  message.set_incarnation(x.incarnation.value());
  message.set_closed_below(x.closed_below);
  message.mutable_open()->Add(x.open.begin(), x.open.end());
  return message.SerializeAsString();
}

expected<node_row> decode_node(std::string_view bytes) {
  auto message = v1::DedupNode{};
  if (!parse(as_bytes(bytes), message))
    return corrupt("a node");
  return node_row{
    incarnation{message.incarnation()},
    message.closed_below(),
    {message.open().begin(), message.open().end()}};
}

} // namespace troupe::storage
