#include "router/resp/reply.hpp"
#include "router/resp/string_commands.hpp"

#include <algorithm>
#include <limits>

namespace troupe::router {

namespace {

using id = command_id;

std::int64_t to_signed(std::uint64_t x) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(x, static_cast<std::uint64_t>(most)));
}

std::int64_t to_seconds(std::int64_t milliseconds) {
  return milliseconds / 1'000 + (milliseconds % 1'000 >= 500 ? 1 : 0);
}

std::string get(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (!found)
    return nil_reply();
  return is_string(*found) ? bulk_reply(found->bytes) : error_reply(wrong_type_error);
}

std::string mget(const data_command& x, live_rows& rows, std::size_t bytes_max) {
  auto result = std::string{};
  put_array(result, x.arguments.size());
  for (const auto& key : x.arguments) {
    auto found = rows.find(key);
    if (found && is_string(*found))
      put_bulk(result, found->bytes);
    else
      put_nil(result);
    if (result.size() > bytes_max)
      return error_reply(
        "ERR the values exceed " + to_text(byte_size{bytes_max})
        + " together (door.request_max); ask for fewer at a time");
  }
  return result;
}

std::string exists(const data_command& x, live_rows& rows) {
  auto count = std::ranges::count_if(
    x.arguments, [&](const auto& key) { return rows.find(key).has_value(); });
  return integer_reply(count);
}

std::string strlen(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (found && !is_string(*found))
    return error_reply(wrong_type_error);
  return integer_reply(found ? static_cast<std::int64_t>(found->bytes.size()) : 0);
}

std::string type(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (!found)
    return simple_reply("none");
  return simple_reply(is_string(*found) ? "string" : "unknown");
}

/// -2: no key; -1: it does not expire.
std::string expiry(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (!found)
    return integer_reply(-2);
  if (found->expire_at_ms == 0)
    return integer_reply(-1);
  auto at = to_signed(found->expire_at_ms);
  auto left = to_signed(found->expire_at_ms - rows.wall_ms());
  switch (x.what) {
    case id::ttl:
      return integer_reply(to_seconds(left));
    case id::pttl:
      return integer_reply(left);
    case id::expiretime:
      return integer_reply(to_seconds(at));
    default:
      return integer_reply(at);
  }
}

} // namespace

bool is_string(const storage::row& x) { return x.type == string_row; }

std::string
read_rows(const data_command& x, live_rows& rows, const string_evaluator_config& config) {
  switch (x.what) {
    case id::get:
      return get(x, rows);
    case id::mget:
      return mget(x, rows, config.reply_max.bytes);
    case id::exists:
      return exists(x, rows);
    case id::strlen:
      return strlen(x, rows);
    case id::type:
      return type(x, rows);
    default: // TTL in all its forms; decoding lets nothing else through.
      return expiry(x, rows);
  }
}

} // namespace troupe::router
