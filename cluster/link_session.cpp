// How a link gets and loses its sessions. The other half of the class is link.cpp.
#include "actors/base/assert.hpp"
#include "cluster/link.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

bool link::wanted() const { return !idle() && !left_; }

void link::want_session(output& out, time_point now) {
  if (session_ || !wanted())
    return;
  if (!reachable())
    fail_waiting(out, fail(ec::unreachable, "the peer's address is not known"));
  if (address_.empty() || now < redial_at_)
    return;
  auto id = session_id{random_()};
  session_ = live_session{
    .id = id, .ours = true, .peer = {}, .since = now, .where = address_, .lanes = {}};
  out.dials.push_back({id, lane::control, address_});
}

std::optional<lane> link::lane_of(connection_id x) const {
  if (session_)
    for (auto each : all_lanes)
      if (session_->lanes[index(each)].connection == x)
        return each;
  return std::nullopt;
}

// -- offers
// -------------------------------------------------------------------------------

link::output
link::offered(connection_id connection, const link_offer& offer, time_point now) {
  TROUPE_ASSERT(offer.peer.id == peer_);
  auto out = output{};
  if (auto why = refusal(offer, now)) {
    out.frames.push_back({connection, refuse{code_of(why), sentence_of(why)}});
    out.closes.push_back(connection);
    return out;
  }
  if (!offer.address.empty())
    address_ = offer.address;
  if (offer.ours)
    take_ours(out, connection, offer, now);
  else
    take_inbound(out, connection, offer, now);
  return out;
}

error link::refusal(const link_offer& offer, time_point now) const {
  auto is_next_lane = session_ && session_->id == offer.session;
  if (left_)
    return fail(ec::stopping, "node " + self_.self.name.value() + " is leaving");
  if (known_ && offer.peer.incarnation < known_->incarnation)
    return fail(
      ec::stale_incarnation, "incarnation " + to_string(offer.peer.incarnation) + " of "
                               + offer.peer.name.value() + " is over; "
                               + to_string(known_->incarnation) + " was seen here");
  if (is_next_lane) {
    auto taken = session_->lanes[index(offer.lane)].connection.has_value();
    auto other_peer = offer.lane == lane::bulk && session_->peer != offer.peer;
    if (taken || other_peer || session_->ours != offer.ours)
      return fail(ec::malformed, "a lane of this session was offered twice");
    return {};
  }
  if (offer.lane == lane::bulk)
    return fail(ec::already_exists, "the session of this lane is over");
  auto peer_known = session_ && session_->peer.id == peer_;
  if (!session_ || (peer_known && session_->peer.incarnation < offer.peer.incarnation))
    return {};
  // Both ends have dialled at once: the session of the smaller id stays, at both. But who
  // dials long after the other did has lost that session. Of two by the same end the
  // later counts: its other end has dropped the first for it.
  auto at_once
    = now - session_->since < config_.dial_deadline + config_.handshake_deadline;
  auto smaller_made_it = session_->ours == (self_.self.id < peer_);
  if (session_->ours != offer.ours && at_once && smaller_made_it)
    return fail(ec::already_exists, "the two nodes have another link already");
  return {};
}

void link::take_inbound(
  output& out, connection_id connection, const link_offer& offer, time_point now) {
  if (session_ && session_->id != offer.session)
    end_session(out, fail(ec::link_lost, "the peer has opened another link"), now);
  if (!session_)
    session_ = live_session{
      .id = offer.session,
      .ours = false,
      .peer = offer.peer,
      .since = now,
      .where = {},
      .lanes = {}};
  auto& state = session_->lanes[index(offer.lane)];
  state.connection = connection;
  state.credit = credit_of(offer.credit);
  out.frames.push_back(
    {connection, welcome{
                   self_.cluster, self_.self, self_.link_address, offer.version,
                   config_.window_bytes(offer.lane)}});
}

void link::take_ours(
  output& out, connection_id connection, const link_offer& offer, time_point now) {
  // A dial by bare address (a seed) learns its peer only now; so may its session be new.
  if (session_ && session_->id != offer.session)
    end_session(out, fail(ec::link_lost, "another link has opened"), now);
  if (!session_)
    session_ = live_session{
      .id = offer.session,
      .ours = true,
      .peer = {},
      .since = now,
      .where = address_,
      .lanes = {}};
  session_->peer = offer.peer;
  auto& state = session_->lanes[index(offer.lane)];
  state.connection = connection;
  state.credit = credit_of(offer.credit);
  put(out, offer.lane, confirm{}, now);
  if (offer.lane == lane::control)
    out.dials.push_back({session_->id, lane::bulk, session_->where});
}

void link::on_confirm(output& out, lane lane, time_point now) {
  auto& states = session_->lanes;
  states[index(lane)].confirmed = true;
  if (session_->up)
    return;
  if (session_->ours) {
    // The acceptor confirms when it has heard both of our confirms.
    if (!states[0].connection || !states[1].connection) {
      drop_session(out, fail(ec::malformed, "the peer confirms half a link"), now);
      return;
    }
  } else {
    if (!states[0].confirmed || !states[1].confirmed)
      return;
    for (auto each : all_lanes)
      put(out, each, confirm{}, now);
  }
  come_up(out, now);
}

void link::come_up(output& out, time_point now) {
  if (told_up_ && known_->incarnation != session_->peer.incarnation)
    go_down(out, fail(ec::stale_incarnation, "the peer has restarted"));
  known_ = session_->peer;
  session_->up = true;
  told_up_ = true;
  lost_at_.reset();
  backoff_ = config_.redial_min;
  last_used_ = now;
  for (auto& state : session_->lanes)
    state.last_heard = state.last_frame = now;
  out.news.push_back({news_kind::up, *known_, {}});
  for (const auto& target : watches_)
    put(out, lane::control, cluster::watch{target}, now);
  for (auto each : all_lanes)
    flush(out, each, now);
}

// -- endings
// ------------------------------------------------------------------------------

link::output link::dial_failed(session_id id, const error& why, time_point now) {
  auto out = output{};
  if (session_ && session_->id == id)
    drop_session(out, why, now);
  return out;
}

link::output link::broke(connection_id connection, const error& why, time_point now) {
  auto out = output{};
  auto lane = lane_of(connection);
  if (!lane)
    return out;
  auto& state = session_->lanes[index(*lane)];
  // Behind its goodbye a lane may end while the other still brings what is left.
  if (state.goodbye_heard && (session_->closing || session_->peer_leaving)) {
    state.connection.reset();
    out.closes.push_back(connection);
  } else {
    drop_session(out, why, now);
  }
  return out;
}

void link::close_connections(output& out) {
  for (auto& state : session_->lanes)
    if (auto connection = std::exchange(state.connection, std::nullopt))
      out.closes.push_back(*connection);
}

// Fails what is under way, not what still waits: that may go with the next session.
void link::end_session(output& out, const error& why, time_point now) {
  auto was_up = session_->up;
  close_connections(out);
  session_.reset();
  if (!was_up)
    return;
  lost_at_ = now;
  auto lost = fail(ec::link_lost, "the link broke: " + sentence_of(why));
  out.news.push_back({news_kind::lost, *known_, lost});
  auto waits_yet = std::set<std::pair<actor_number, std::uint64_t>>{};
  for (const auto& box : queues_)
    for (const auto& x : box.messages)
      if (x.payload.kind == payload_kind::request)
        waits_yet.insert({x.payload.from, x.payload.call});
  std::erase_if(calls_, [&](const auto& entry) {
    const auto& [call, since] = entry;
    if (waits_yet.contains(call))
      return false;
    out.failures.push_back({call.first, call.second, lost});
    return true;
  });
}

void link::drop_session(output& out, const error& why, time_point now) {
  end_session(out, why, now);
  // A peer that refuses because it has another link is about to use that.
  auto patient = code_of(why) == ec::already_exists && backoff_ < config_.redial_max;
  if (!lost_at_ && !patient)
    fail_waiting(
      out, fail(ec::unreachable, "the peer cannot be reached: " + sentence_of(why)));
  back_off(now);
}

void link::back_off(time_point now) {
  redial_at_ = now + random_.between(backoff_ / 2, backoff_);
  backoff_ = std::min<duration>(backoff_ * 2, config_.redial_max);
}

void link::fail_waiting(output& out, const error& why) {
  fail_queues(out, why);
  end_watches(out, why);
}

void link::end_watches(output& out, const error& why) {
  for (const auto& target : std::exchange(watches_, {}))
    out.ended_actors.push_back({target, code_of(why), sentence_of(why)});
}

void link::go_down(output& out, const error& why) {
  lost_at_.reset();
  fail_queues(out, why);
  fail_calls(out, why);
  end_watches(out, why);
  if (std::exchange(told_up_, false))
    out.news.push_back({news_kind::down, *known_, why});
}

} // namespace troupe::cluster
