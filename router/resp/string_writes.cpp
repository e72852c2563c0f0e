#include "router/resp/integer.hpp"
#include "router/resp/reply.hpp"
#include "router/resp/string_commands.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::router {

namespace {

using id = command_id;
using flag = data_flag;
using storage::row;

std::string old_value(const std::optional<row>& found) {
  return found ? bulk_reply(found->bytes) : nil_reply();
}

std::int64_t signed_wall(const live_rows& rows) {
  return static_cast<std::int64_t>(rows.wall_ms());
}

/// The expiry that the command names, in milliseconds since 1970, which may be long past;
/// none when it is beyond all time.
/// @pre it names one.
std::optional<std::int64_t> expiry_of(const data_command& x, const live_rows& rows) {
  auto base = x.has(flag::from_now) ? signed_wall(rows) : 0;
  if (x.number > std::numeric_limits<std::int64_t>::max() - base)
    return std::nullopt;
  return x.number + base;
}

std::string bad_expiry(const data_command& x) {
  auto found = std::ranges::find(all_commands(), x.what, &command_spec::id);
  return error_reply(
    "ERR invalid expire time in '" + std::string{found->name} + "' command");
}

/// Puts `value` to expire `at`; deletes the key when that is past.
void put_until(live_rows& rows, std::string_view key, row value, std::int64_t at) {
  if (at <= signed_wall(rows)) {
    rows.remove(key);
    return;
  }
  value.expire_at_ms = static_cast<std::uint64_t>(at);
  rows.put(key, std::move(value));
}

row string_of(std::string_view bytes) { return {string_row, 0, 0, std::string{bytes}}; }

/// SET in all its forms.
std::string set(const data_command& x, live_rows& rows) {
  auto key = x.arguments[0];
  auto replies_old = x.what == id::getset || x.has(flag::reply_old);
  auto if_absent = x.what == id::setnx || x.has(flag::if_absent);
  auto if_present = x.has(flag::if_present);
  auto found = std::optional<row>{};
  // A plain SET needs no look, which is most of what a look would cost it.
  if (replies_old || if_absent || if_present || x.has(flag::keep_expiry))
    found = rows.find(key);
  if (replies_old && found && !is_string(*found))
    return error_reply(wrong_type_error);
  auto expiry = x.has(flag::expires) ? expiry_of(x, rows) : 0;
  if (!expiry)
    return bad_expiry(x);

  auto sets = (!if_absent || !found) && (!if_present || found);
  if (sets) {
    auto value = string_of(x.arguments[1]);
    if (found && x.has(flag::keep_expiry))
      value.expire_at_ms = found->expire_at_ms;
    if (x.has(flag::expires))
      put_until(rows, key, std::move(value), *expiry);
    else
      rows.put(key, std::move(value));
  }
  if (replies_old)
    return old_value(found);
  if (x.what == id::setnx)
    return integer_reply(sets ? 1 : 0);
  return sets ? simple_reply("OK") : nil_reply();
}

std::string getdel(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (found && !is_string(*found))
    return error_reply(wrong_type_error);
  if (found)
    rows.remove(x.arguments[0]);
  return old_value(found);
}

std::string getex(const data_command& x, live_rows& rows) {
  auto key = x.arguments[0];
  auto found = rows.find(key);
  if (!found)
    return nil_reply();
  if (!is_string(*found))
    return error_reply(wrong_type_error);
  auto reply = old_value(found);
  if (x.has(flag::expires)) {
    auto expiry = expiry_of(x, rows);
    if (!expiry)
      return bad_expiry(x);
    put_until(rows, key, *std::move(found), *expiry);
  } else if (x.has(flag::drop_expiry) && found->expire_at_ms != 0) {
    found->expire_at_ms = 0;
    rows.put(key, *std::move(found));
  }
  return reply;
}

void put_all(const data_command& x, live_rows& rows) {
  for (std::size_t i = 0; i < x.arguments.size(); i += 2)
    rows.put(x.arguments[i], string_of(x.arguments[i + 1]));
}

std::string mset(const data_command& x, live_rows& rows) {
  put_all(x, rows);
  return simple_reply("OK");
}

std::string msetnx(const data_command& x, live_rows& rows) {
  auto taken = false;
  x.for_each_key([&](std::string_view key) { taken = taken || rows.find(key); });
  if (taken)
    return integer_reply(0);
  put_all(x, rows);
  return integer_reply(1);
}

std::string append(const data_command& x, live_rows& rows, std::size_t bytes_max) {
  auto found = rows.find(x.arguments[0]);
  if (found && !is_string(*found))
    return error_reply(wrong_type_error);
  auto value = found ? *std::move(found) : string_of({});
  if (value.bytes.size() + x.arguments[1].size() > bytes_max)
    return error_reply("ERR string exceeds maximum allowed size (door.bulk_max)");
  value.bytes += x.arguments[1];
  auto length = static_cast<std::int64_t>(value.bytes.size());
  rows.put(x.arguments[0], std::move(value));
  return integer_reply(length);
}

std::string add(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (found && !is_string(*found))
    return error_reply(wrong_type_error);
  auto value = found ? *std::move(found) : string_of("0");
  auto number = parse_integer(value.bytes);
  if (!number)
    return error_reply("ERR value is not an integer or out of range");
  auto sum = std::int64_t{};
  if (__builtin_add_overflow(*number, x.number, &sum))
    return error_reply("ERR increment or decrement would overflow");
  value.bytes = std::to_string(sum);
  rows.put(x.arguments[0], std::move(value));
  return integer_reply(sum);
}

std::string del(const data_command& x, live_rows& rows) {
  auto count = std::int64_t{0};
  for (const auto& key : x.arguments) {
    if (rows.find(key)) {
      rows.remove(key);
      ++count;
    }
  }
  return integer_reply(count);
}

/// Whether EXPIRE's conditions let the expiry become `at`. No expiry is later than any.
bool may_expire(const data_command& x, const row& found, std::int64_t at) {
  auto has_expiry = found.expire_at_ms != 0;
  auto now = static_cast<std::int64_t>(found.expire_at_ms);
  if (x.has(flag::if_absent) && has_expiry)
    return false;
  if (x.has(flag::if_present) && !has_expiry)
    return false;
  if (x.has(flag::if_later) && (!has_expiry || at <= now))
    return false;
  return !x.has(flag::if_earlier) || !has_expiry || at < now;
}

std::string expire(const data_command& x, live_rows& rows) {
  auto at = expiry_of(x, rows);
  if (!at)
    return bad_expiry(x);
  auto key = x.arguments[0];
  auto found = rows.find(key);
  if (!found || !may_expire(x, *found, *at))
    return integer_reply(0);
  put_until(rows, key, *std::move(found), *at);
  return integer_reply(1);
}

std::string persist(const data_command& x, live_rows& rows) {
  auto found = rows.find(x.arguments[0]);
  if (!found || found->expire_at_ms == 0)
    return integer_reply(0);
  found->expire_at_ms = 0;
  rows.put(x.arguments[0], *std::move(found));
  return integer_reply(1);
}

} // namespace

std::string write_rows(
  const data_command& x, live_rows& rows, const string_evaluator_config& config) {
  switch (x.what) {
    case id::set:
    case id::setnx:
    case id::setex:
    case id::psetex:
    case id::getset:
      return set(x, rows);
    case id::getdel:
      return getdel(x, rows);
    case id::getex:
      return getex(x, rows);
    case id::mset:
      return mset(x, rows);
    case id::msetnx:
      return msetnx(x, rows);
    case id::append:
      return append(x, rows, config.value_max.bytes);
    case id::incr:
    case id::incrby:
    case id::decr:
    case id::decrby:
      return add(x, rows);
    case id::del:
    case id::unlink:
      return del(x, rows);
    case id::persist:
      return persist(x, rows);
    default:
      return expire(x, rows); // In all its forms; decoding lets nothing else through.
  }
}

} // namespace troupe::router
