#include "router/resp_connection_door.hpp"

#include "actors/base/assert.hpp"
#include "router/resp/outcome_reply.hpp"
#include "router/resp/reply.hpp"
#include "router/resp_loop_door.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <utility>

namespace troupe::router {

namespace {

using namespace std::chrono_literals;

// What a client may still send after its last reply, without being read.
constexpr auto goodbye = 2s;

// Bytes that nobody reads any more.
constexpr std::size_t scratch_bytes = std::size_t{16} << 10;

/// How many slaves hold the write, as the shard's master has it.
std::uint32_t replica_count(const data_outcome& x) {
  auto result = std::uint32_t{0};
  const auto* end = x.reply.data() + x.reply.size();
  const auto [rest, status] = std::from_chars(x.reply.data(), end, result);
  return status == std::errc{} && rest == end ? result : 0;
}

} // namespace

resp_connection::resp_connection(
  resp_loop& loop, boost::asio::ip::tcp::socket socket, std::uint64_t id,
  std::string peer)
    : loop_{loop}, stream_{std::move(socket), *this},
      session_{loop.shared().settings.session, id, std::move(peer)},
      watch_{loop.shared().settings.door.command_deadline}, timer_{loop.context()} {}

void resp_connection::start() {
  if (stream_.open(loop_.shared().settings.door.keepalive))
    read_on();
  else
    close();
}

// -- input
// --------------------------------------------------------------------------------

std::span<char> resp_connection::space(std::size_t bytes) {
  if (phase_ == phase::open)
    return session_.space(bytes);
  thread_local auto scratch = std::array<char, scratch_bytes>{};
  return std::span{scratch}.first(std::min(bytes, scratch_bytes));
}

void resp_connection::received(std::size_t bytes) {
  if (phase_ != phase::open)
    return read_on();
  loop_.shared().metrics.received_bytes.add(bytes);
  auto out = resp_session::output{};
  session_.received(bytes, loop_.facts(), out);
  perform(out);
  loop_.wants_turn_end(*this);
}

void resp_connection::input_ended() {
  if (phase_ == phase::leaving)
    return close();
  if (phase_ == phase::closed)
    return;
  phase_ = phase::half_closed;
  loop_.wants_turn_end(*this);
}

void resp_connection::read_on() {
  if (stream_.reading())
    return;
  if (phase_ == phase::leaving || (phase_ == phase::open && session_.wants_input()))
    stream_.read(shared_from_this());
}

// -- calls
// --------------------------------------------------------------------------------

void resp_connection::perform(resp_session::output& out) {
  auto& metrics = loop_.shared().metrics;
  metrics.commands.add(out.command_count);
  metrics.rejected.add(out.rejected_count);
  metrics.redirects.add(out.redirect_count);
  if (out.requests.empty() && out.waits.empty())
    return;
  const auto now = loop_.now();
  for (auto& x : out.requests)
    ask(x, now);
  for (const auto& x : out.waits)
    ask(x, now);
}

void resp_connection::ask(session_request& x, time_point now) {
  const auto& shared = loop_.shared();
  auto call = resp_call{x.ticket, 0, now};
  auto what = data_call{std::nullopt, x.in, {}, now + shared.settings.door.deadline};
  if (x.writes) {
    if (!writes_)
      writes_.emplace(shared.environment.sessions->open());
    const auto request = writes_->begin();
    call.write_number = request.number;
    what.what = storage::data_write{
      request, writes_->answered_below(), std::move(x.what), std::nullopt};
  } else {
    what.what = storage::data_read{
      shared.settings.door.reads, std::move(x.keys), std::move(x.what)};
  }
  ++call_count_;
  loop_.call(*this, call, std::move(what));
}

// The shards get less time than the door waits for them, or their answers come too late.
void resp_connection::ask(const session_wait& x, time_point now) {
  TROUPE_ASSERT(!x.written.empty());
  const auto deadline = duration{loop_.shared().settings.door.deadline};
  const auto patience = std::min(x.timeout.value_or(deadline), deadline * 9 / 10);
  waits_[x.ticket] = {x.written.size(), std::numeric_limits<std::uint32_t>::max(), {}};
  for (const auto& [shard, at] : x.written) {
    ++call_count_;
    loop_.call(
      *this, {x.ticket, 0, now},
      {shard, slot{}, storage::data_wait{at, x.replica_count, patience}, now + deadline});
  }
}

void resp_connection::settled(const resp_call& call, data_outcome outcome) {
  --call_count_;
  auto& metrics = loop_.shared().metrics;
  if (outcome.status != data_status::done)
    metrics.failures_of(outcome.status).add();
  const auto wait = waits_.find(call.ticket);
  if (wait != waits_.end())
    return settled_wait(wait, std::move(outcome));
  const auto took = loop_.now() - call.since;
  if (call.write_number != 0)
    writes_->ended(call.write_number);
  (call.write_number != 0 ? metrics.write_latency : metrics.read_latency).record(took);
  auto out = resp_session::output{};
  session_.ended(call.ticket, std::move(outcome), out);
  perform(out);
}

// The least of all shards. One that did not say is reported instead: less would be a lie.
void resp_connection::settled_wait(
  std::map<std::uint64_t, replication_wait>::iterator which, data_outcome outcome) {
  auto& wait = which->second;
  if (outcome.status == data_status::done)
    wait.least = std::min(wait.least, replica_count(outcome));
  else
    wait.failure = std::move(outcome);
  if (--wait.missing_count > 0)
    return;
  auto result = data_outcome{};
  result.reply = integer_reply(wait.least);
  if (wait.failure)
    result = std::move(*wait.failure);
  const auto ticket = which->first;
  waits_.erase(which);
  auto out = resp_session::output{};
  session_.ended(ticket, std::move(result), out);
  perform(out);
}

void resp_connection::resume() {
  in_settled_ = false;
  if (phase_ == phase::closed)
    return leave_if_idle();
  auto out = resp_session::output{};
  session_.resume(loop_.facts(), out);
  perform(out);
  loop_.wants_turn_end(*this);
}

// -- output
// -------------------------------------------------------------------------------

void resp_connection::flush() {
  in_flushing_ = false;
  if (phase_ == phase::closed || phase_ == phase::leaving)
    return;
  send_replies();
  if (phase_ == phase::closed)
    return;
  const auto unread = stream_.unsent_bytes() + session_.reply_bytes();
  if (unread > loop_.shared().settings.door.unread_max.bytes) {
    loop_.too_slow(session_.client(), unread);
    return close();
  }
  if (done())
    say_goodbye();
  watch_command();
  read_on();
}

// The session counts what it holds as unread; so it gives its replies away only when the
// system has taken those before. Those go first: when they have gone at once, nothing
// else would come back for the next ones.
void resp_connection::send_replies() {
  stream_.flush(shared_from_this());
  while (phase_ != phase::closed && session_.has_replies()
         && stream_.unsent_bytes() == 0) {
    session_.take_replies(stream_.output());
    loop_.shared().metrics.sent_bytes.add(stream_.unsent_bytes());
    stream_.flush(shared_from_this());
    if (phase_ == phase::closed)
      return;
    auto out = resp_session::output{};
    session_.resume(loop_.facts(), out);
    perform(out);
  }
}

// One reminder at a time, however many commands come in parts.
void resp_connection::watch_command() {
  const auto command
    = phase_ == phase::open ? session_.unfinished_command() : std::nullopt;
  if (!command && !watch_.late_at())
    return;
  const auto now = loop_.now();
  watch_.sees(command, now);
  if (command && !std::exchange(reminder_due_, true))
    remind(*watch_.late_at() - now, &resp_connection::look_at_command);
}

void resp_connection::remind(duration delay, void (resp_connection::*what)()) {
  if (phase_ == phase::closed)
    return;
  timer_.expires_after(delay);
  timer_.async_wait([what, weak = weak_from_this()](boost::system::error_code code) {
    if (const auto self = weak.lock(); self && !code)
      ((*self).*what)();
  });
}

void resp_connection::look_at_command() {
  reminder_due_ = false;
  if (phase_ != phase::open)
    return;
  const auto now = loop_.now();
  // Its rest may have come since the last turn ended.
  watch_.sees(session_.unfinished_command(), now);
  if (const auto late_at = watch_.late_at(); late_at && now >= *late_at) {
    session_.give_up_command();
    loop_.gave_up_command(session_.client());
  }
  loop_.wants_turn_end(*this); // Where the next reminder comes from.
}

// A client that has closed its half gets the replies to what it has sent before.
bool resp_connection::done() const {
  if (stream_.unsent_bytes() > 0 || session_.has_replies())
    return false;
  return session_.finished()
         || (phase_ == phase::half_closed && session_.in_flight_count() == 0);
}

void resp_connection::say_goodbye() {
  if (phase_ == phase::half_closed)
    return close();
  phase_ = phase::leaving;
  stream_.end_output();
  remind(goodbye, &resp_connection::expired);
}

// -- the end
// ------------------------------------------------------------------------------

void resp_connection::expired() { close(); }

void resp_connection::close() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::closed;
  stream_.close();
  timer_.cancel(); // Otherwise its handler would hold our memory until it fires.
  leave_if_idle();
}

void resp_connection::leave_if_idle() {
  if (call_count_ > 0)
    return;
  if (writes_)
    loop_.shared().environment.sessions->close(writes_->client());
  loop_.forget(*this);
}

} // namespace troupe::router
