#include "storage/store_rows.hpp"

#include "actors/base/bytes.hpp"

#include <algorithm>
#include <concepts>

namespace troupe::storage {

namespace {

constexpr auto data_kind = std::uint8_t{1};
constexpr auto own_space = std::uint16_t{0xffff};
static_assert(own_space >= slot_count); // No slot's rows are taken for the store's own.

/// Most significant byte first, so that keys are ordered as the numbers are.
template <std::unsigned_integral T>
void append_big_endian(std::string& out, T x) {
  for (auto shift = 8 * sizeof(T); shift > 0; shift -= 8)
    out += static_cast<char>(static_cast<std::uint8_t>(x >> (shift - 8)));
}

std::uint64_t load_big_endian(std::string_view bytes) {
  auto result = std::uint64_t{0};
  for (auto c : bytes)
    result = result << 8 | static_cast<std::uint8_t>(c);
  return result;
}

std::string prefix_of(std::uint16_t space, std::uint8_t kind) {
  auto result = std::string{};
  append_big_endian(result, space);
  append_big_endian(result, kind);
  return result;
}

void append_uuid(std::string& out, const uuid& x) {
  out.append(x.value().begin(), x.value().end());
}

constexpr auto uuid_bytes = std::tuple_size_v<uuid::bytes>;

node_id load_node(std::string_view bytes) {
  auto raw = uuid::bytes{};
  std::ranges::transform(
    bytes, raw.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return node_id{uuid{raw}};
}

/// What stands behind the prefix of `kind`; nothing unless it is `size` bytes.
std::string_view rest_of(std::string_view stored, own_row kind, std::size_t size) {
  auto prefix = own_key(kind);
  if (!stored.starts_with(prefix) || stored.size() != prefix.size() + size)
    return {};
  return stored.substr(prefix.size());
}

} // namespace

std::string row_prefix(slot in) { return prefix_of(in.value(), data_kind); }

std::string row_end(slot in) { return prefix_of(in.value(), data_kind + 1); }

std::string row_key(slot in, std::string_view key) {
  auto result = std::string{};
  result.reserve(row_key_prefix_bytes + key.size());
  result += row_prefix(in);
  result += key;
  return result;
}

std::array<char, row_header_bytes> row_header(const row& x) {
  auto bytes = std::array<std::byte, row_header_bytes>{};
  bytes[0] = std::byte{x.type};
  store_u64(&bytes[1], x.version);
  store_u64(&bytes[9], x.expire_at_ms);
  auto result = std::array<char, row_header_bytes>{};
  std::ranges::transform(
    bytes, result.begin(), [](std::byte b) { return static_cast<char>(b); });
  return result;
}

bool read_row(std::string_view stored, row& out) {
  if (stored.size() < row_header_bytes)
    return false;
  auto bytes = as_bytes(stored);
  out.type = std::to_integer<std::uint8_t>(bytes[0]);
  out.version = load_u64(&bytes[1]);
  out.expire_at_ms = load_u64(&bytes[9]);
  out.bytes = stored.substr(row_header_bytes);
  return true;
}

std::string own_key(own_row kind) {
  return prefix_of(own_space, static_cast<std::uint8_t>(kind));
}

std::string own_key(const client_id& client) {
  auto result = own_key(own_row::client);
  append_uuid(result, client.node.value());
  append_big_endian(result, client.incarnation.value());
  append_big_endian(result, client.connection);
  return result;
}

std::string own_key(const node_id& node) {
  auto result = own_key(own_row::node);
  append_uuid(result, node.value());
  return result;
}

bool read_own_key(std::string_view stored, client_id& out) {
  auto rest = rest_of(stored, own_row::client, uuid_bytes + 16);
  if (rest.empty())
    return false;
  out.node = load_node(rest.substr(0, uuid_bytes));
  out.incarnation = incarnation{load_big_endian(rest.substr(uuid_bytes, 8))};
  out.connection = load_big_endian(rest.substr(uuid_bytes + 8));
  return true;
}

bool read_own_key(std::string_view stored, node_id& out) {
  auto rest = rest_of(stored, own_row::node, uuid_bytes);
  if (rest.empty())
    return false;
  out = load_node(rest);
  return true;
}

} // namespace troupe::storage
