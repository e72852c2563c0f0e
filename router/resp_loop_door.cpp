#include "router/resp_loop_door.hpp"

#include "actors/base/assert.hpp"
#include "router/resp/reply.hpp"
#include "router/resp_connection_door.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <caf/send.hpp>

namespace troupe::router {

namespace {

using boost::asio::ip::tcp;

// A deadline may be met late by this much; so one timer serves a thousand commands.
constexpr auto timer_grain = std::chrono::milliseconds{1};

constexpr auto refusal = std::string_view{"-ERR max number of clients reached\r\n"};

std::string peer_of(const tcp::socket& socket) {
  auto trouble = boost::system::error_code{};
  const auto peer = socket.remote_endpoint(trouble);
  return trouble ? ""
                 : to_string(actors::address{peer.address().to_string(), peer.port()});
}

} // namespace

resp_loop::resp_loop(resp_shared& shared, std::uint64_t seed)
    : shared_{shared}, work_{context_.get_executor()},
      mailbox_{std::make_shared<resp_mailbox>([this] { wake(); })},
      calls_{shared.settings.calls, random_source{seed}}, facts_{shared} {}

resp_loop::~resp_loop() { TROUPE_ASSERT(!thread_.joinable()); }

void resp_loop::start() {
  shared_.environment.board->watch(mailbox_);
  boost::asio::post(context_, [this] { take_snapshot(now()); });
  thread_ = std::thread{[this] { context_.run(); }};
}

void resp_loop::end() {
  mailbox_->close();
  boost::asio::post(context_, [this] { close_all(); });
  if (thread_.joinable())
    thread_.join();
}

void resp_loop::close_all() {
  ending_ = true;
  auto open = std::vector<std::shared_ptr<resp_connection>>{};
  for (const auto& [key, x] : connections_)
    open.push_back(x);
  for (const auto& x : open)
    x->close();
  context_.stop();
}

// -- connections
// --------------------------------------------------------------------------

void resp_loop::adopt(tcp::socket socket) {
  boost::asio::post(
    context_, [this, socket = std::move(socket)]() mutable { serve(std::move(socket)); });
}

void resp_loop::serve(tcp::socket socket) {
  auto& metrics = shared_.metrics;
  metrics.accepted.add();
  if (ending_)
    return;
  if (shared_.client_count >= shared_.settings.door.clients_max) {
    metrics.refused.add();
    refuse(std::move(socket));
    return;
  }
  ++shared_.client_count;
  metrics.connections.add(1);
  const auto peer = peer_of(socket);
  auto connection = std::make_shared<resp_connection>(
    *this, std::move(socket), ++shared_.last_client_id, peer);
  connections_.emplace(connection.get(), connection);
  connection->start();
}

// What does not fit into a fresh socket's buffer is not worth waiting for.
void resp_loop::refuse(tcp::socket socket) {
  auto ignored = boost::system::error_code{};
  socket.non_blocking(true, ignored);
  socket.write_some(boost::asio::buffer(refusal.data(), refusal.size()), ignored);
}

void resp_loop::too_slow(const client_state& client, std::size_t unread_bytes) {
  shared_.metrics.overflows.add();
  shared_.environment.log.warn(
    "a client does not read its replies and is closed", "peer", client.peer, "name",
    client.name, "unread_bytes", unread_bytes);
}

// Each client may do so as often as it likes: the metric counts, the log is not filled.
void resp_loop::gave_up_command(const client_state& client) {
  shared_.metrics.unfinished.add();
  shared_.environment.log.debug(
    "a client does not end the command that it has begun and is closed", "peer",
    client.peer, "name", client.name);
}

void resp_loop::forget(resp_connection& x) {
  auto found = connections_.extract(&x);
  if (found.empty())
    return;
  --shared_.client_count;
  shared_.metrics.connections.add(-1);
  // Somebody may be in the middle of it, or have it on a list of this turn.
  forgotten_.push_back(std::move(found.mapped()));
  need_turn_end();
}

// -- turns
// --------------------------------------------------------------------------------

void resp_loop::wants_turn_end(resp_connection& x) {
  if (!x.enter_flushing())
    return;
  flushing_.push_back(&x);
  need_turn_end();
}

// What is posted stands behind the events that the last poll gave.
void resp_loop::need_turn_end() {
  if (!std::exchange(turn_end_due_, true))
    boost::asio::post(context_, [this] { end_turn(); });
}

void resp_loop::end_turn() {
  turn_end_due_ = false;
  perform();
  for (auto* x : std::exchange(flushing_, {}))
    x->flush();
  arm_timer();
  if (!turn_end_due_) // Otherwise something may still be on a list.
    forgotten_.clear();
}

// An ending lets its connection go on with what it has received, and so to new calls.
void resp_loop::perform() {
  while (!out_.dispatches.empty() || !out_.endings.empty()) {
    auto out = std::exchange(out_, {});
    for (auto& each : out.dispatches)
      send(each);
    for (auto& each : out.endings)
      settle(each);
    for (auto* x : std::exchange(settled_, {}))
      x->resume();
  }
}

void resp_loop::send(data_calls::dispatch& what) {
  if (what.node != snapshot_->self) {
    shared_.environment.forward_to(
      {what.shard, what.node, std::move(what.requests), mailbox_});
    return;
  }
  const auto found = snapshot_->local.find(what.shard);
  if (found != snapshot_->local.end()) {
    caf::anon_send(
      found->second, storage::local_requests{std::move(what.requests), mailbox_});
    return;
  }
  // The map is ahead of the replica's start, or behind its end.
  auto answers = std::vector<storage::data_answer>{};
  for (const auto& request : what.requests)
    answers.push_back(
      {request.id, storage::answer_status::not_master, {}, {}, std::nullopt});
  calls_.answered(std::move(answers), now(), out_);
}

void resp_loop::call(resp_connection& asker, const resp_call& call, data_call what) {
  const auto id = calls_.call(std::move(what), call.since, out_);
  callers_.emplace(id.value(), caller{&asker, call});
  need_turn_end();
}

void resp_loop::settle(data_calls::ending& x) {
  const auto found = callers_.find(x.id.value());
  TROUPE_ASSERT(found != callers_.end());
  const auto [asker, call] = found->second;
  callers_.erase(found);
  asker->settled(call, std::move(x.outcome));
  if (asker->enter_settled())
    settled_.push_back(asker);
}

// -- what wakes it
// -------------------------------------------------------------------------

void resp_loop::wake() {
  boost::asio::post(context_, [this] { take_mail(); });
}

void resp_loop::take_mail() {
  mailbox_->take_all(mail_);
  const auto at = now();
  // First who is master, so that what must be sent again goes to the right one.
  if (mail_.changed)
    take_snapshot(at);
  for (auto& answers : mail_.answers)
    calls_.answered(std::move(answers), at, out_);
  for (const auto& node : mail_.lost)
    calls_.lost(node, at, out_);
  mail_.clear();
  need_turn_end();
}

void resp_loop::take_snapshot(time_point now) {
  const auto before = std::exchange(snapshot_, shared_.environment.board->read());
  facts_.snapshot_is(snapshot_);
  calls_.map_is(snapshot_->map, now, out_);
  for (const auto& [shard, replica] : before->local) {
    const auto found = snapshot_->local.find(shard);
    if (found == snapshot_->local.end() || found->second != replica)
      calls_.lost(shard, before->self, now, out_);
  }
  need_turn_end();
}

void resp_loop::arm_timer() {
  const auto when = calls_.wake_at();
  if (when >= armed_)
    return;
  armed_ = when;
  timer_.expires_after(std::max(when - now(), duration{0}) + timer_grain);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled)
      return;
    armed_ = time_point::max();
    calls_.tick(now(), out_);
    need_turn_end();
  });
}

} // namespace troupe::router
