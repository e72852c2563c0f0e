#include "cluster/link.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

using namespace std::chrono_literals;

namespace {

// Calls are swept this often; a call lives at most this much longer than its age bound.
constexpr auto sweep_interval = 1s;

// Above it a peer's credit counts as unlimited; so that no sum of them overflows.
constexpr auto credit_max = std::int64_t{1} << 61U;

bool is_request(const payload& x) { return x.kind == payload_kind::request; }

} // namespace

link::link(
  link_config config, local_identity self, node_id peer, std::string address,
  random_source random)
    : config_{config}, self_{std::move(self)}, peer_{peer}, address_{std::move(address)},
      random_{random}, backoff_{config.redial_min} {}

std::string_view to_string(link::news_kind x) {
  switch (x) {
    case link::news_kind::up:
      return "up";
    case link::news_kind::lost:
      return "lost";
    case link::news_kind::down:
      return "down";
  }
  return "unknown";
}

// -- events from this process
// -------------------------------------------------------------

link::output link::send(payload x, lane lane, time_point now, std::size_t claimed_bytes) {
  auto out = output{};
  auto message = waiting{std::move(x), claimed_bytes};
  if (auto why = obstacle(message, lane)) {
    give_up(out, std::move(message), why);
    return out;
  }
  if (is_request(message.payload))
    calls_.insert_or_assign({message.payload.from, message.payload.call}, now);
  auto& box = queues_[index(lane)];
  box.bytes += message.unasked_bytes();
  box.messages.push_back(std::move(message));
  last_used_ = now;
  flush(out, lane, now);
  want_session(out, now);
  return out;
}

/// Why the message cannot even wait.
error link::obstacle(const waiting& x, lane lane) const {
  auto cost = credit_cost(x.payload);
  if (left_)
    return fail(ec::stopping, "this node is leaving");
  if (cost > config_.frame_bytes_max)
    return fail(
      ec::too_large, "a message of " + std::to_string(cost)
                       + " bytes is above link.frame_bytes_max = "
                       + std::to_string(config_.frame_bytes_max));
  if (!reachable())
    return fail(ec::unreachable, "the peer's address is not known");
  const auto& box = queues_[index(lane)];
  auto bytes = x.unasked_bytes();
  if (bytes > 0 && box.bytes > 0 && box.bytes + bytes > config_.queue_bytes_max)
    return fail(ec::busy, "the link's queue is full: the peer takes no more");
  return {};
}

link::output link::watch(link_target target, time_point now) {
  auto out = output{};
  if (!reachable())
    out.ended_actors.push_back(
      {std::move(target), ec::unreachable, "the peer's address is not known"});
  else if (watches_.insert(target).second && up())
    put(out, lane::control, cluster::watch{std::move(target)}, now);
  want_session(out, now);
  return out;
}

link::output link::tell_ended(ended x, time_point now) {
  auto out = output{};
  if (up())
    put(out, lane::control, std::move(x), now);
  return out;
}

link::output link::consumed(session_id id, lane lane, std::uint64_t bytes) {
  auto out = output{};
  if (up() && session_->id == id)
    give_back(out, lane, bytes);
  return out;
}

void link::give_back(output& out, lane lane, std::uint64_t bytes) {
  auto& state = session_->lanes[index(lane)];
  state.consumed += bytes;
  if (state.connection && state.consumed >= config_.window_bytes(lane) / 4)
    out.frames.push_back({*state.connection, credit{std::exchange(state.consumed, 0)}});
}

link::output link::peer_dead(troupe::incarnation incarnation, time_point now) {
  auto out = output{};
  if (!known_ || incarnation < known_->incarnation)
    return out;
  auto why = fail(ec::link_lost, "membership says that the peer is dead");
  // The next incarnation may be in the middle of its handshake.
  if (session_ && session_->peer.incarnation <= incarnation)
    drop_session(out, why, now);
  go_down(out, why);
  return out;
}

link::output link::pin(time_point now) {
  auto out = output{};
  ++pins_;
  want_session(out, now);
  return out;
}

void link::unpin() {
  TROUPE_ASSERT(pins_ > 0);
  --pins_;
}

link::output link::leave(time_point now) {
  auto out = output{};
  left_ = true;
  auto why = fail(ec::stopping, "this node is leaving");
  if (session_) {
    if (session_->up)
      for (auto lane : all_lanes)
        put(out, lane, goodbye{.leaving = true}, now);
    close_connections(out);
    session_.reset();
  }
  go_down(out, why);
  return out;
}

// -- time
// ---------------------------------------------------------------------------------

link::output link::tick(time_point now) {
  auto out = output{};
  sweep_calls(out, now);
  if (
    session_ && !session_->up
    && now - session_->since > config_.dial_deadline + 2 * config_.handshake_deadline)
    drop_session(
      out, fail(ec::unreachable, "the peer did not finish its handshake"), now);
  keep_alive(out, now);
  if (lost_at_ && !up() && now - *lost_at_ >= config_.down_after)
    go_down(out, fail(ec::link_lost, "the peer is gone and has not come back"));
  if (up() && !session_->closing && idle() && now - last_used_ >= config_.idle_after) {
    session_->closing = true;
    for (auto each : all_lanes)
      put(out, each, goodbye{}, now);
  }
  want_session(out, now);
  return out;
}

void link::keep_alive(output& out, time_point now) {
  if (!up())
    return;
  if (auto why = silence(now)) {
    drop_session(out, why, now);
    return;
  }
  for (auto each : all_lanes)
    if (now - session_->lanes[index(each)].last_sent >= config_.heartbeat_interval)
      put(out, each, heartbeat{health_}, now);
}

// A lane that has ended behind its goodbye has nothing more to say. The second rule finds
// a damaged length, behind which bytes come for ever.
error link::silence(time_point now) const {
  for (auto each : all_lanes) {
    const auto& state = session_->lanes[index(each)];
    auto which = std::string{each == lane::control ? "control" : "bulk"};
    if (state.connection && now - state.last_heard > config_.silence_max)
      return fail(ec::link_lost, "the peer's " + which + " lane has fallen silent");
    if (state.connection && now - state.last_frame > config_.frame_deadline)
      return fail(
        ec::link_lost,
        "no whole frame came on the peer's " + which + " lane for link.frame_deadline");
  }
  return {};
}

void link::sweep_calls(output& out, time_point now) {
  if (now - swept_at_ < sweep_interval)
    return;
  swept_at_ = now;
  auto overdue = std::set<std::pair<actor_number, std::uint64_t>>{};
  for (const auto& [call, since] : calls_)
    if (now - since >= config_.call_age_max)
      overdue.insert(call);
  for (const auto& call : overdue) {
    calls_.erase(call);
    out.failures.push_back(
      {call.first, call.second, fail(ec::deadline_exceeded, "the peer never answered")});
  }
  if (overdue.empty())
    return;
  for (auto& box : queues_)
    std::erase_if(box.messages, [&](const auto& x) {
      if (!is_request(x.payload) || !overdue.contains({x.payload.from, x.payload.call}))
        return false;
      box.bytes -= x.unasked_bytes();
      out.released_bytes += x.claimed_bytes;
      return true;
    });
}

// -- frames of an agreed connection
// -------------------------------------------------------

void link::heard(connection_id connection, time_point now) {
  if (auto lane = lane_of(connection))
    session_->lanes[index(*lane)].last_heard = now;
}

link::output link::arrived(connection_id connection, link_frame frame, time_point now) {
  auto out = output{};
  if (auto lane = lane_of(connection)) {
    auto& state = session_->lanes[index(*lane)];
    state.last_heard = state.last_frame = now;
    if (auto* refused = std::get_if<refuse>(&frame))
      drop_session(out, fail(refused->code, refused->why), now);
    else if (std::holds_alternative<confirm>(frame) && !state.confirmed)
      on_confirm(out, *lane, now);
    else if (up() && state.confirmed)
      on_frame(out, *lane, std::move(frame), now);
    else
      drop_session(out, fail(ec::malformed, "the peer did not confirm the link"), now);
  }
  return out;
}

void link::on_frame(output& out, lane lane, link_frame frame, time_point now) {
  if (auto* message = std::get_if<payload>(&frame)) {
    on_payload(out, lane, std::move(*message), now);
  } else if (auto* given = std::get_if<credit>(&frame)) {
    auto& state = session_->lanes[index(lane)];
    state.credit = std::min(state.credit, credit_max) + credit_of(given->bytes);
    flush(out, lane, now);
  } else if (auto* sign = std::get_if<heartbeat>(&frame)) {
    peer_health_ = sign->health;
  } else if (auto* wish = std::get_if<cluster::watch>(&frame)) {
    out.watches.push_back(std::move(wish->target));
  } else if (auto* end = std::get_if<ended>(&frame)) {
    if (watches_.erase(end->target) > 0)
      out.ended_actors.push_back(std::move(*end));
  } else if (auto* parting = std::get_if<goodbye>(&frame)) {
    on_goodbye(out, lane, *parting, now);
  } else if (std::holds_alternative<stay>(frame)) {
    on_stay(out, now);
  } else {
    drop_session(out, fail(ec::malformed, "the peer repeats its handshake"), now);
  }
}

void link::on_payload(output& out, lane lane, payload x, time_point now) {
  last_used_ = now;
  if (x.kind == payload_kind::answer) {
    // One that comes after its request has failed is too late.
    const auto* to = std::get_if<actor_number>(&x.to);
    if (to == nullptr || calls_.erase({*to, x.call}) == 0) {
      ++out.dropped;
      give_back(out, lane, credit_cost(x));
      return;
    }
  }
  out.arrivals.push_back({session_->id, lane, std::move(x)});
}

// No payload is lost by a goodbye: it goes out on both lanes, behind the last one of
// each, and counts once it is heard on both. An idle link closes when each end has heard
// the other's; a peer that leaves does not wait for ours.
void link::on_goodbye(output& out, lane lane, const goodbye& x, time_point now) {
  session_->lanes[index(lane)].goodbye_heard = true;
  session_->peer_leaving = session_->peer_leaving || x.leaving;
  for (const auto& state : session_->lanes)
    if (!state.goodbye_heard)
      return;
  if (session_->peer_leaving) {
    auto why = fail(ec::link_lost, "the peer has left");
    end_session(out, why, now);
    go_down(out, why);
    return;
  }
  if (!session_->closing && !idle()) {
    for (auto& state : session_->lanes)
      state.goodbye_heard = false;
    put(out, lane::control, stay{}, now);
    return;
  }
  if (!session_->closing)
    for (auto each : all_lanes)
      put(out, each, goodbye{}, now);
  close_connections(out);
  session_.reset();
  want_session(out, now);
}

void link::on_stay(output& out, time_point now) {
  session_->closing = false;
  last_used_ = now;
  for (auto each : all_lanes)
    flush(out, each, now);
}

// -- sending
// ------------------------------------------------------------------------------

void link::put(output& out, lane lane, link_frame frame, time_point now) {
  auto& state = session_->lanes[index(lane)];
  state.last_sent = now;
  // A lane may have ended behind the peer's goodbye; then nobody listens.
  if (state.connection)
    out.frames.push_back({*state.connection, std::move(frame)});
}

void link::flush(output& out, lane lane, time_point now) {
  if (!up() || session_->closing || session_->peer_leaving)
    return;
  auto& box = queues_[index(lane)];
  auto& state = session_->lanes[index(lane)];
  while (!box.messages.empty() && state.credit > 0) {
    auto& next = box.messages.front();
    state.credit -= static_cast<std::int64_t>(credit_cost(next.payload));
    box.bytes -= next.unasked_bytes();
    out.released_bytes += next.claimed_bytes;
    put(out, lane, std::move(next.payload), now);
    box.messages.pop_front();
  }
}

std::int64_t link::credit_of(std::uint64_t bytes) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, credit_max));
}

void link::give_up(output& out, waiting x, const error& why) {
  out.released_bytes += x.claimed_bytes;
  auto& message = x.payload;
  if (is_request(message)) {
    out.failures.push_back({message.from, message.call, why});
    return;
  }
  ++out.dropped;
  if (message.kind == payload_kind::note && message.from.value() != 0)
    out.undelivered.push_back({std::move(message), why});
}

void link::fail_calls(output& out, const error& why) {
  for (const auto& [call, since] : calls_)
    out.failures.push_back({call.first, call.second, why});
  calls_.clear();
}

void link::fail_queues(output& out, const error& why) {
  for (auto& box : queues_) {
    for (auto& x : box.messages) {
      // An answer may have the numbers of a request that is under way.
      if (is_request(x.payload))
        calls_.erase({x.payload.from, x.payload.call});
      give_up(out, std::move(x), why);
    }
    box = {};
  }
}

// A client cannot be dialled, but may come back within `down_after`.
bool link::reachable() const { return session_ || lost_at_ || !address_.empty(); }

bool link::idle() const {
  auto queued = std::any_of(
    queues_.begin(), queues_.end(), [](const auto& x) { return !x.messages.empty(); });
  return !queued && calls_.empty() && watches_.empty() && pins_ == 0;
}

bool link::unused() const { return !session_ && !lost_at_ && idle(); }

} // namespace troupe::cluster
