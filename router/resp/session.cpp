#include "router/resp/session.hpp"

#include "router/data/sessions.hpp"
#include "router/resp/cluster_replies.hpp"
#include "router/resp/integer.hpp"
#include "router/resp/letter_case.hpp"
#include "router/resp/outcome_reply.hpp"
#include "router/resp/reply.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace troupe::router {

namespace {

/// What may be left of the room for arguments after a command that had many.
constexpr std::size_t kept_argument_count_max = 1'024;

/// Reads that a connection may have under way before the size of any reply is known.
constexpr std::size_t first_read_count = 8;

/// What browsers send first. A page that makes one talk to a door must not have the rest
/// of its request executed.
bool is_http(std::string_view name) {
  return equals_ignoring_case(name, "post") || equals_ignoring_case(name, "host:");
}

std::size_t bytes_of(const session_request& x) {
  auto result = x.what.bytes.size();
  for (const auto& key : x.keys)
    result += key.size();
  return result;
}

} // namespace

std::string_view to_string(redirect_mode x) {
  switch (x) {
    case redirect_mode::never:
      return "never";
    case redirect_mode::automatic:
      return "auto";
    case redirect_mode::always:
      return "always";
  }
  return "invalid";
}

bool parse(std::string_view text, redirect_mode& result) {
  for (auto x : {redirect_mode::never, redirect_mode::automatic, redirect_mode::always}) {
    if (text == to_string(x)) {
      result = x;
      return true;
    }
  }
  return false;
}

error resp_session_config::validate() const {
  return first_error({
    limits.validate(),
    check_range("door.in_flight_max", in_flight_max, std::size_t{1}, session_writes_max),
    check_range("door.in_flight_bytes_max", in_flight_bytes_max, kib(1), gib(1)),
    check_range("door.output_max", output_max, kib(1), gib(1)),
  });
}

resp_session::resp_session(
  const resp_session_config& config, std::uint64_t id, std::string peer)
    : config_{config}, parser_{config.limits},
      read_replies_{config.output_max.bytes / first_read_count} {
  client_.id = id;
  client_.peer = std::move(peer);
}

void resp_session::received(std::size_t bytes, const door_environment& in, output& out) {
  parser_.received(bytes);
  resume(in, out);
}

void resp_session::resume(const door_environment& in, output& out) {
  while (may_take()) {
    switch (parser_.next(arguments_)) {
      case resp_parser::outcome::request:
        ++out.command_count;
        ++taken_count_;
        execute(arguments_, in, out);
        if (arguments_.capacity() > kept_argument_count_max)
          arguments_ = {};
        break;
      case resp_parser::outcome::more:
        return;
      case resp_parser::outcome::broken:
        answer_now(error_reply(parser_.trouble()));
        ++out.rejected_count;
        closing_ = true;
        return;
    }
  }
}

std::optional<std::uint64_t> resp_session::unfinished_command() const {
  if (!may_take() || parser_.pending_bytes() == 0)
    return std::nullopt;
  return taken_count_;
}

void resp_session::give_up_command() {
  answer_now(error_reply("ERR Protocol error: the command did not come to its end "
                         "within door.command_deadline"));
  closing_ = true;
}

bool resp_session::may_take() const {
  return !closing_ && !held_wait_ && waiting_.size() < config_.in_flight_max
         && in_flight_bytes_ < config_.in_flight_bytes_max.bytes
         && reply_bytes() + expected_reply_bytes() < config_.output_max.bytes;
}

void resp_session::execute(
  request_arguments request, const door_environment& in, output& out) {
  if (is_http(request[0])) {
    closing_ = true;
    return;
  }
  auto found = look_up_command(request);
  if (found.spec == nullptr) {
    answer_now(error_reply(found.trouble));
    ++out.rejected_count;
  } else if (found.spec->is_data()) {
    execute_data(*found.spec, request, in.cluster, out);
  } else if (found.spec->id == command_id::wait) {
    execute_wait(request, in.cluster, out);
  } else if (found.spec->id == command_id::quit) {
    answer_now(simple_reply("OK"));
    closing_ = true;
  } else {
    answer_now(answer_at_door(*found.spec, request, client_, in));
  }
}

void resp_session::execute_data(
  const command_spec& spec, request_arguments request, const cluster_view& cluster,
  output& out) {
  auto parsed = parse_data_command(spec, request);
  if (const auto* wrong = std::get_if<command_syntax_error>(&parsed)) {
    answer_now(error_reply(wrong->text));
    ++out.rejected_count;
    return;
  }
  const auto& command = std::get<data_command>(parsed);
  auto in = common_slot(command);
  if (!in) {
    answer_now(error_reply("CROSSSLOT Keys in request don't hash to the same slot"));
    ++out.rejected_count;
    return;
  }
  auto made = session_request{
    .in = *in, .writes = is_write(spec.id), .what = encode(command), .keys = {}};
  if (redirects(made, cluster)) {
    if (auto to = cluster.elsewhere(*in)) {
      answer_now(moved_reply(*in, *to));
      ++out.redirect_count;
      return;
    }
  }
  if (!made.writes)
    command.for_each_key([&](std::string_view key) { made.keys.emplace_back(key); });
  send(std::move(made), out);
}

bool resp_session::redirects(
  const session_request& x, const cluster_view& cluster) const {
  // A client that reads from slaves has come to the right place: this node holds the
  // slot, and has the master answer.
  if (client_.readonly && !x.writes && cluster.holds(x.in))
    return false;
  switch (config_.redirect) {
    case redirect_mode::never:
      return false;
    case redirect_mode::automatic:
      return client_.asked_for_map;
    case redirect_mode::always:
      return true;
  }
  return false;
}

/// WAIT count milliseconds
void resp_session::execute_wait(
  request_arguments request, const cluster_view& cluster, output& out) {
  auto count = parse_integer(request[1]);
  auto milliseconds = parse_integer(request[2]);
  constexpr auto longest = std::chrono::milliseconds{std::chrono::hours{24 * 365}};
  if (!count) {
    answer_now(error_reply("ERR value is not an integer or out of range"));
  } else if (!milliseconds) {
    answer_now(error_reply("ERR timeout is not an integer or out of range"));
  } else if (*milliseconds < 0) {
    answer_now(error_reply("ERR timeout is negative"));
  } else {
    constexpr auto most = std::int64_t{std::numeric_limits<std::uint32_t>::max()};
    auto wanted = std::clamp(*count, std::int64_t{0}, most);
    auto& held = *(held_wait_ = held_wait{});
    held.slave_count = cluster.slave_count();
    held.what.replica_count = static_cast<std::uint32_t>(wanted);
    if (*milliseconds > 0)
      held.what.timeout = std::min(std::chrono::milliseconds{*milliseconds}, longest);
    release_wait(out);
  }
}

void resp_session::send(session_request request, output& out) {
  request.ticket = first_ticket_ + waiting_.size();
  auto bytes = bytes_of(request);
  auto kind = request.writes ? request_kind::write : request_kind::read;
  waiting_.push_back({kind, bytes, {}, {}});
  (request.writes ? write_replies_ : read_replies_).asked();
  in_flight_bytes_ += bytes;
  out.requests.push_back(std::move(request));
}

void resp_session::send(session_wait wait, output& out) {
  wait.ticket = first_ticket_ + waiting_.size();
  wait.written.assign(written_.begin(), written_.end());
  waiting_.emplace_back();
  out.waits.push_back(std::move(wait));
}

void resp_session::release_wait(output& out) {
  if (held_wait_ && waiting_.empty()) {
    auto held = *std::exchange(held_wait_, {});
    if (written_.empty())
      answer_now(integer_reply(static_cast<std::int64_t>(held.slave_count)));
    else
      send(std::move(held.what), out);
  }
}

void resp_session::ended(std::uint64_t ticket, data_outcome outcome, output& out) {
  if (ticket < first_ticket_ || ticket - first_ticket_ >= waiting_.size())
    return;
  auto& x = waiting_[ticket - first_ticket_];
  if (x.reply)
    return;
  auto writes = x.kind == request_kind::write;
  if (writes && outcome.status == data_status::done && outcome.shard) {
    auto& last = written_[*outcome.shard];
    last = std::max(last, outcome.at);
  }
  take_reply(x, reply_of(std::move(outcome)));
  write_answered();
  release_wait(out);
}

void resp_session::take_reply(slot_of_reply& to, std::string reply) {
  held_reply_bytes_ += reply.size();
  if (to.kind == request_kind::read)
    read_replies_.answered(reply.size());
  else if (to.kind == request_kind::write)
    write_replies_.answered(reply.size());
  to.reply = std::move(reply);
}

void resp_session::write_answered() {
  while (!waiting_.empty() && waiting_.front().reply) {
    auto& x = waiting_.front();
    in_flight_bytes_ -= x.bytes;
    held_reply_bytes_ -= x.reply->size() + x.after.size();
    if (replies_.empty())
      replies_ = *std::move(x.reply);
    else
      replies_ += *x.reply;
    replies_ += x.after;
    waiting_.pop_front();
    ++first_ticket_;
  }
}

void resp_session::answer_now(std::string_view reply) {
  if (waiting_.empty()) {
    replies_ += reply;
  } else {
    waiting_.back().after += reply;
    held_reply_bytes_ += reply.size();
  }
}

} // namespace troupe::router
