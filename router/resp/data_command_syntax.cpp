#include "router/resp/data_command.hpp"
#include "router/resp/integer.hpp"
#include "router/resp/letter_case.hpp"

#include <limits>
#include <utility>

namespace troupe::router {

namespace {

using id = command_id;
using flag = data_flag;
using syntax_error = command_syntax_error;
using parsed = std::variant<data_command, syntax_error>;

constexpr auto number_max = std::numeric_limits<std::int64_t>::max();
constexpr auto number_min = std::numeric_limits<std::int64_t>::min();

syntax_error bad_syntax() { return {"ERR syntax error"}; }
syntax_error not_a_number() { return {"ERR value is not an integer or out of range"}; }
syntax_error bad_expiry(const command_spec& spec) {
  return {"ERR invalid expire time in '" + std::string{spec.name} + "' command"};
}

enum class unit : std::uint8_t { seconds, milliseconds };

/// The options of SET and GETEX. Any may be repeated; the last of its kind counts.
class value_options {
public:
  value_options(const command_spec& spec, data_command& out) : spec_{&spec}, out_{&out} {}

  /// @pre `rest` begins behind what every such command has.
  std::optional<syntax_error> read(request_arguments rest) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      auto name = lower_case(rest[i].substr(0, name_bytes_max + 1));
      if (is_expiry(name) && i + 1 < rest.size() && may_expire_by(name)) {
        expiry_name_ = name;
        expiry_ = rest[++i];
      } else if (!take_word(name)) {
        return bad_syntax();
      }
    }
    return expiry_name_.empty() ? std::nullopt : take_expiry();
  }

private:
  static constexpr std::size_t name_bytes_max = 7; // PERSIST, KEEPTTL

  static bool is_expiry(std::string_view name) {
    return name == "ex" || name == "px" || name == "exat" || name == "pxat";
  }

  [[nodiscard]] bool may_expire_by(std::string_view name) const {
    return !out_->has(flag::keep_expiry) && !out_->has(flag::drop_expiry)
           && (expiry_name_.empty() || expiry_name_ == name);
  }

  bool take(flag x, bool allowed) {
    if (allowed)
      out_->add(x);
    return allowed;
  }

  bool take_word(std::string_view name) {
    auto sets = spec_->id == id::set;
    if (name == "nx")
      return take(flag::if_absent, sets && !out_->has(flag::if_present));
    if (name == "xx")
      return take(flag::if_present, sets && !out_->has(flag::if_absent));
    if (name == "get")
      return take(flag::reply_old, sets);
    if (name == "keepttl")
      return take(flag::keep_expiry, sets && expiry_name_.empty());
    if (name == "persist")
      return take(flag::drop_expiry, !sets && expiry_name_.empty());
    return false;
  }

  std::optional<syntax_error> take_expiry() {
    auto in = expiry_name_.starts_with('p') ? unit::milliseconds : unit::seconds;
    auto number = parse_integer(expiry_);
    if (!number)
      return not_a_number();
    if (*number <= 0 || (in == unit::seconds && *number > number_max / 1'000))
      return bad_expiry(*spec_);
    out_->number = in == unit::seconds ? *number * 1'000 : *number;
    out_->add(flag::expires);
    if (!expiry_name_.ends_with("at"))
      out_->add(flag::from_now);
    return std::nullopt;
  }

  const command_spec* spec_;
  data_command* out_;
  std::string expiry_name_;
  std::string_view expiry_;
};

parsed with_options(
  const command_spec& spec, request_arguments request, std::size_t fixed,
  data_command out) {
  if (auto wrong = value_options{spec, out}.read(request.subspan(fixed)))
    return *std::move(wrong);
  return out;
}

/// SETEX key seconds value
parsed with_expiry_before_value(
  const command_spec& spec, request_arguments request, unit in, data_command out) {
  auto number = parse_integer(request[2]);
  if (!number)
    return not_a_number();
  if (*number <= 0 || (in == unit::seconds && *number > number_max / 1'000))
    return bad_expiry(spec);
  out.number = in == unit::seconds ? *number * 1'000 : *number;
  out.add(flag::expires);
  out.add(flag::from_now);
  out.arguments = {request[1], request[3]};
  return out;
}

parsed with_increment(request_arguments request, bool negated, data_command out) {
  auto number = parse_integer(request[2]);
  if (!number)
    return not_a_number();
  if (negated && *number == number_min)
    return syntax_error{"ERR decrement would overflow"};
  out.number = negated ? -*number : *number;
  return out;
}

std::optional<syntax_error> read_conditions(request_arguments rest, data_command& out) {
  for (const auto& x : rest) {
    if (equals_ignoring_case(x, "nx"))
      out.add(flag::if_absent);
    else if (equals_ignoring_case(x, "xx"))
      out.add(flag::if_present);
    else if (equals_ignoring_case(x, "gt"))
      out.add(flag::if_later);
    else if (equals_ignoring_case(x, "lt"))
      out.add(flag::if_earlier);
    else
      return syntax_error{"ERR Unsupported option " + std::string{x}};
  }
  auto later = out.has(flag::if_later);
  auto earlier = out.has(flag::if_earlier);
  if (out.has(flag::if_absent) && (out.has(flag::if_present) || later || earlier))
    return syntax_error{
      "ERR NX and XX, GT or LT options at the same time are not compatible"};
  if (later && earlier)
    return syntax_error{"ERR GT and LT options at the same time are not compatible"};
  return std::nullopt;
}

/// EXPIRE key seconds [NX | XX | GT | LT]; a time in the past is one, too.
parsed with_expiry(
  const command_spec& spec, request_arguments request, unit in, bool from_now,
  data_command out) {
  if (auto wrong = read_conditions(request.subspan(3), out))
    return *std::move(wrong);
  auto number = parse_integer(request[2]);
  if (!number)
    return not_a_number();
  if (
    in == unit::seconds && (*number > number_max / 1'000 || *number < number_min / 1'000))
    return bad_expiry(spec);
  out.number = in == unit::seconds ? *number * 1'000 : *number;
  out.add(flag::expires);
  if (from_now)
    out.add(flag::from_now);
  return out;
}

} // namespace

parsed parse_data_command(const command_spec& spec, request_arguments request) {
  auto out = data_command{};
  out.what = spec.id;
  switch (spec.id) {
    case id::mget:
    case id::exists:
    case id::del:
    case id::unlink:
    case id::mset:
    case id::msetnx:
      out.arguments.assign(request.begin() + 1, request.end());
      return out;
    case id::set:
      out.arguments = {request[1], request[2]};
      return with_options(spec, request, 3, std::move(out));
    case id::setnx:
    case id::getset:
    case id::append:
      out.arguments = {request[1], request[2]};
      return out;
    case id::setex:
      return with_expiry_before_value(spec, request, unit::seconds, std::move(out));
    case id::psetex:
      return with_expiry_before_value(spec, request, unit::milliseconds, std::move(out));
    default:
      break;
  }
  out.arguments = {request[1]};
  switch (spec.id) {
    case id::getex:
      return with_options(spec, request, 2, std::move(out));
    case id::incr:
      out.number = 1;
      return out;
    case id::decr:
      out.number = -1;
      return out;
    case id::incrby:
      return with_increment(request, false, std::move(out));
    case id::decrby:
      return with_increment(request, true, std::move(out));
    case id::expire:
      return with_expiry(spec, request, unit::seconds, true, std::move(out));
    case id::pexpire:
      return with_expiry(spec, request, unit::milliseconds, true, std::move(out));
    case id::expireat:
      return with_expiry(spec, request, unit::seconds, false, std::move(out));
    case id::pexpireat:
      return with_expiry(spec, request, unit::milliseconds, false, std::move(out));
    default:
      return out; // One key is all there is.
  }
}

} // namespace troupe::router
