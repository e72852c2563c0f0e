#include "router/resp/parser.hpp"

#include "actors/base/assert.hpp"
#include "router/resp/inline_request.hpp"
#include "router/resp/integer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace troupe::router {

namespace {

/// What may be left of the room for arguments' places after a request that had many.
constexpr std::size_t kept_place_count_max = 1'024;

std::string_view text_of(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

} // namespace

error resp_limits::validate() const {
  return first_error({
    check_range(
      "door.argument_count_max", argument_count_max, std::size_t{1},
      std::size_t{1'048'576}),
    check_range("door.bulk_max", bulk_max, byte_size{1}, mib(512)),
    check_range("door.inline_max", inline_max, byte_size{64}, mib(1)),
    check_range(
      "door.request_max", request_max, byte_size{bulk_max.bytes + 1'024}, gib(1)),
  });
}

std::span<char> resp_parser::space(std::size_t bytes) {
  auto needed = pending_bytes() + bytes;
  if (needed > capacity_) {
    // Twice as much, so that a large request is copied a few times only; never for what
    // was announced, only for what came.
    auto bound = std::max(needed, limits_.request_max.bytes + bytes);
    reallocate(std::min(std::max(needed, 2 * capacity_), bound));
  } else if (capacity_ / 8 > needed) {
    reallocate(needed);
  } else if (capacity_ - end_ < bytes) {
    std::memmove(memory_.get(), memory_.get() + begin_, pending_bytes());
    end_ -= begin_;
    begin_ = 0;
  }
  return {memory_.get() + end_, bytes};
}

void resp_parser::reallocate(std::size_t bytes) {
  // A vector would write zeros first. NOLINTNEXTLINE(modernize-avoid-c-arrays)
  auto fresh = std::make_unique_for_overwrite<char[]>(bytes);
  if (pending_bytes() > 0)
    std::memcpy(fresh.get(), memory_.get() + begin_, pending_bytes());
  memory_ = std::move(fresh);
  capacity_ = bytes;
  end_ -= begin_;
  begin_ = 0;
}

void resp_parser::received(std::size_t bytes) {
  TROUPE_ASSERT(bytes <= capacity_ - end_);
  end_ += bytes;
}

resp_parser::outcome resp_parser::next(std::vector<std::string_view>& arguments) {
  if (!trouble_.empty())
    return outcome::broken;
  arguments.clear();
  for (;;) {
    auto done = missing_ > 0 ? read_argument(arguments) : begin_request(arguments);
    if (done)
      return *done;
  }
}

std::optional<resp_parser::outcome>
resp_parser::begin_request(std::vector<std::string_view>& arguments) {
  if (unread().empty())
    return outcome::more;
  return unread().front() == '*' ? read_count() : read_inline(arguments);
}

std::optional<resp_parser::outcome>
resp_parser::read_inline(std::vector<std::string_view>& arguments) {
  auto found = line{};
  switch (find_line(found)) {
    case line_state::partial:
      return outcome::more;
    case line_state::too_long:
      return fail_with("too big inline request");
    case line_state::whole:
      break;
  }
  if (!split_inline(found.text, arguments))
    return fail_with("unbalanced quotes in request");
  advance(found.bytes);
  finish_request();
  if (arguments.empty())
    return std::nullopt;
  return outcome::request;
}

std::optional<resp_parser::outcome> resp_parser::read_count() {
  auto found = line{};
  switch (find_line(found)) {
    case line_state::partial:
      return outcome::more;
    case line_state::too_long:
      return fail_with("too big mbulk count string");
    case line_state::whole:
      break;
  }
  auto count = parse_integer(text_of(found.text).substr(1));
  if (
    !found.returns || !count
    || *count > static_cast<std::int64_t>(limits_.argument_count_max))
    return fail_with("invalid multibulk length");
  advance(found.bytes);
  if (*count > 0)
    missing_ = static_cast<std::size_t>(*count);
  else
    finish_request(); // Nothing is asked, and nothing answered.
  return std::nullopt;
}

std::optional<resp_parser::outcome> resp_parser::read_length() {
  auto found = line{};
  switch (find_line(found)) {
    case line_state::partial:
      return outcome::more;
    case line_state::too_long:
      return fail_with("too big bulk count string");
    case line_state::whole:
      break;
  }
  auto text = text_of(found.text);
  if (!text.starts_with('$')) {
    auto got = text.empty() ? ' ' : text.front();
    return fail_with(std::string{"expected '$', got '"} + got + '\'');
  }
  auto length = parse_integer(text.substr(1));
  if (
    !found.returns || !length || *length < 0
    || *length > static_cast<std::int64_t>(limits_.bulk_max.bytes))
    return fail_with("invalid bulk length");
  advance(found.bytes);
  length_ = static_cast<std::size_t>(*length);
  if (at_ + *length_ + 2 > limits_.request_max.bytes)
    return fail_with("too big request");
  return std::nullopt;
}

std::optional<resp_parser::outcome>
resp_parser::read_argument(std::vector<std::string_view>& arguments) {
  if (!length_) {
    if (auto stopped = read_length())
      return stopped;
  }
  if (unread().size() < *length_ + 2)
    return outcome::more;
  if (text_of(unread().subspan(*length_, 2)) != "\r\n")
    return fail_with("no line break after a bulk string");
  places_.push_back({at_, *length_});
  advance(*length_ + 2);
  length_.reset();
  --missing_;
  if (missing_ > 0)
    return std::nullopt;
  arguments.reserve(places_.size());
  for (const auto& x : places_)
    arguments.emplace_back(memory_.get() + begin_ + x.offset, x.length);
  finish_request();
  return outcome::request;
}

resp_parser::line_state resp_parser::find_line(line& result) {
  auto bytes = unread();
  const auto* from = bytes.data() + scanned_;
  const auto* found
    = static_cast<const char*>(std::memchr(from, '\n', bytes.size() - scanned_));
  if (found == nullptr) {
    scanned_ = bytes.size();
    // The last byte may be the first half of the line's end.
    return scanned_ > limits_.inline_max.bytes + 1 ? line_state::too_long
                                                   : line_state::partial;
  }
  auto length = static_cast<std::size_t>(found - bytes.data());
  result.bytes = length + 1;
  result.returns = length > 0 && bytes[length - 1] == '\r';
  result.text = bytes.first(result.returns ? length - 1 : length);
  return result.text.size() > limits_.inline_max.bytes ? line_state::too_long
                                                       : line_state::whole;
}

void resp_parser::advance(std::size_t bytes) {
  at_ += bytes;
  scanned_ = 0;
}

void resp_parser::finish_request() {
  begin_ += at_;
  at_ = 0;
  places_.clear();
  if (places_.capacity() > kept_place_count_max)
    places_.shrink_to_fit();
}

resp_parser::outcome resp_parser::fail_with(std::string_view what) {
  trouble_ = "ERR Protocol error: " + std::string{what};
  return outcome::broken;
}

} // namespace troupe::router
