#include "router/resp/data_command.hpp"

#include "router/resp/key_slot.hpp"

#include <cstddef>

namespace troupe::router {

namespace {

void put_varint(std::string& out, std::uint64_t x) {
  for (; x >= 0x80; x >>= 7)
    out += static_cast<char>((x & 0x7f) | 0x80);
  out += static_cast<char>(x);
}

std::uint64_t zigzag(std::int64_t x) {
  auto bits = static_cast<std::uint64_t>(x);
  return bits << 1 ^ (x < 0 ? ~std::uint64_t{0} : 0);
}

std::int64_t unzigzag(std::uint64_t x) {
  return static_cast<std::int64_t>(x >> 1 ^ ((x & 1) != 0 ? ~std::uint64_t{0} : 0));
}

/// Reads what may be anything: each function is false, or none, at the first byte that
/// cannot be.
class reader {
public:
  explicit reader(std::string_view bytes) : rest_{bytes} {}

  [[nodiscard]] bool byte(std::uint8_t& result) {
    if (rest_.empty())
      return false;
    result = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] bool varint(std::uint64_t& result) {
    result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      auto next = std::uint8_t{};
      if (!byte(next))
        return false;
      auto bits = std::uint64_t{next & 0x7fU};
      if (bits << shift >> shift != bits)
        return false; // Does not fit.
      result |= bits << shift;
      if (next < 0x80)
        return true;
    }
    return false;
  }

  [[nodiscard]] bool text(std::string_view& result) {
    auto length = std::uint64_t{};
    if (!varint(length) || length > rest_.size())
      return false;
    result = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

  [[nodiscard]] std::size_t rest_bytes() const { return rest_.size(); }

private:
  std::string_view rest_;
};

/// Whether a command can have so many arguments, none of which is its number.
bool can_have(command_id what, std::size_t argument_count) {
  using named = command_id;
  switch (what) {
    case named::get:
    case named::strlen:
    case named::ttl:
    case named::pttl:
    case named::expiretime:
    case named::pexpiretime:
    case named::type:
    case named::getdel:
    case named::getex:
    case named::incr:
    case named::incrby:
    case named::decr:
    case named::decrby:
    case named::expire:
    case named::pexpire:
    case named::expireat:
    case named::pexpireat:
    case named::persist:
      return argument_count == 1;
    case named::set:
    case named::setnx:
    case named::setex:
    case named::psetex:
    case named::getset:
    case named::append:
      return argument_count == 2;
    case named::mget:
    case named::exists:
    case named::del:
    case named::unlink:
      return argument_count >= 1;
    case named::mset:
    case named::msetnx:
      return argument_count >= 2 && argument_count % 2 == 0;
    default:
      return false; // No read or write.
  }
}

} // namespace

std::size_t data_command::key_distance() const {
  switch (what) {
    case command_id::mget:
    case command_id::exists:
    case command_id::del:
    case command_id::unlink:
      return 1;
    case command_id::mset:
    case command_id::msetnx:
      return 2;
    default:
      return arguments.size();
  }
}

std::optional<slot> common_slot(const data_command& x) {
  auto result = std::optional<slot>{};
  auto same = true;
  x.for_each_key([&](std::string_view key) {
    auto in = key_slot(key);
    same = same && (!result || *result == in);
    result = in;
  });
  return same ? result : std::nullopt;
}

storage::command encode(const data_command& x) {
  auto size = std::size_t{24};
  for (const auto& argument : x.arguments)
    size += argument.size() + 5;
  auto result = storage::command{};
  auto& out = result.bytes;
  out.reserve(size);
  out += static_cast<char>(x.what);
  put_varint(out, x.flags);
  put_varint(out, zigzag(x.number));
  put_varint(out, x.arguments.size());
  for (const auto& argument : x.arguments) {
    put_varint(out, argument.size());
    out += argument;
  }
  return result;
}

std::optional<data_command> decode_data_command(std::string_view bytes) {
  auto in = reader{bytes};
  auto what = std::uint8_t{};
  auto flags = std::uint64_t{};
  auto number = std::uint64_t{};
  auto count = std::uint64_t{};
  if (!in.byte(what) || !in.varint(flags) || !in.varint(number) || !in.varint(count))
    return std::nullopt;
  auto result = data_command{};
  result.what = static_cast<command_id>(what);
  result.flags = static_cast<std::uint16_t>(flags);
  result.number = unzigzag(number);
  // Each argument takes a byte at least, so the count cannot ask for much memory.
  if (flags != result.flags || count > in.rest_bytes() || !can_have(result.what, count))
    return std::nullopt;
  result.arguments.resize(count);
  for (auto& argument : result.arguments) {
    if (!in.text(argument))
      return std::nullopt;
  }
  if (in.rest_bytes() > 0)
    return std::nullopt;
  return result;
}

} // namespace troupe::router
