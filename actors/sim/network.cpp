#include "actors/sim/network.hpp"

#include "actors/base/assert.hpp"
#include "actors/transport_error.hpp"

#include <algorithm>
#include <limits>

namespace troupe::sim {

network::network(network_config config, std::uint64_t seed)
    : config_{config}, random_{seed} {
  TROUPE_ASSERT(config.latency_min <= config.latency_max);
  TROUPE_ASSERT(config.window_bytes > 0 && config.segment_bytes_max > 0);
}

// --- what the ends ask for ---

std::pair<end_id, network::output> network::dial(
  const std::string& name, const actors::address& where, duration deadline,
  time_point now) {
  now_ = now;
  auto number = wire_count_++;
  auto id = end_id{2 * number + 1};
  auto& x = wires_[number];
  x.where = where;
  x.deadline = deadline;
  x.ends[0].host = name;
  x.ends[0].peer = to_string(where);
  x.ends[1].host = where.host;
  x.ends[1].peer = name;
  if (!hosts_.contains(where.host)) {
    fail_dial(id, actors::dial_unresolved(where, "no such host"));
    return {id, flush()};
  }
  set_alarm(now_ + deadline, {alarm::kind::deadline, id});
  send(id, {.what = kind::syn});
  return {id, flush()};
}

network::output network::read(end_id id, time_point now) {
  now_ = now;
  if (auto* x = find(id); x != nullptr && !x->closed) {
    TROUPE_ASSERT(!x->reading && "a read is outstanding");
    x->reading = true;
    answer(id);
  }
  return flush();
}

network::output network::write(end_id id, byte_buffer bytes, time_point now) {
  now_ = now;
  if (auto* x = find(id); x != nullptr && !x->closed && !x->why) {
    x->unsent.push(std::move(bytes));
    pump(id);
  }
  return flush();
}

network::output network::close(end_id id, time_point now) {
  now_ = now;
  close_end(id);
  return flush();
}

std::size_t network::unsent_bytes(end_id id) const {
  const auto* x = find(id);
  return x == nullptr ? 0 : x->unsent.size();
}

bool network::is_alive(end_id id) const {
  const auto* x = find(id);
  return x != nullptr && !x->closed;
}

bool network::is_alive(listener_id id) const {
  return std::any_of(
    listeners_.begin(), listeners_.end(), [&](const auto& x) { return x.second == id; });
}

void network::close_end(end_id id) {
  auto* x = find(id);
  if (x == nullptr || x->closed)
    return;
  x->closed = true;
  x->reading = false;
  x->inbox.clear();
  if (x->state == phase::open && !x->why) {
    pump(id);
    if (!x->fin_sent)
      set_alarm(now_ + config_.linger, {alarm::kind::linger, id});
  }
  sweep(id);
}

// --- segments ---

const char* network::name_of(kind x) {
  switch (x) {
    case kind::syn:
      return "syn";
    case kind::syn_ack:
      return "syn_ack";
    case kind::ack:
      return "ack";
    case kind::bytes:
      return "bytes";
    case kind::window:
      return "window";
    case kind::fin:
      return "fin";
    case kind::rst:
      return "rst";
  }
  return "unknown";
}

/// What a process sends; a paused one sends it later. What its machine sends by itself
/// departs at once.
void network::send(end_id from, packet x) {
  auto& sender = hosts_[find(from)->host];
  if (sender.paused) {
    ++counters_.events_paused;
    sender.outbox.emplace_back(from, std::move(x));
  } else {
    depart(from, std::move(x));
  }
}

void network::depart(end_id from, packet x) {
  auto& sender = *find(from);
  auto way = way_of(from);
  auto& route = routes_[way];
  auto start = std::max(now_, route.free_at);
  if (config_.bytes_per_second > 0) {
    auto nanoseconds = x.bytes.size() * 1'000'000'000 / config_.bytes_per_second;
    start += duration{static_cast<duration::rep>(nanoseconds)};
    route.free_at = start;
  }
  x.due = start + draw_latency();
  if (now_ < route.delayed_until) {
    x.due += route.extra;
    ++counters_.segments_delayed;
  }
  x.due = std::max(x.due, sender.last_due);
  sender.last_due = x.due;
  trace(way, name_of(x.what), x.bytes);
  set_alarm(x.due, {alarm::kind::arrival, from});
  sender.flight.push_back(std::move(x));
}

duration network::draw_latency() {
  return random_.between(config_.latency_min, config_.latency_max);
}

void network::run_flight(end_id from) {
  for (auto* x = find(from); x != nullptr && !x->flight.empty(); x = find(from)) {
    auto& head = x->flight.front();
    if (head.due > now_)
      return; // Its own alarm comes.
    auto way = way_of(from);
    if (!passes(way)) {
      if (!std::exchange(head.stalled, true)) {
        ++counters_.segments_stalled;
        trace(way, "stalled", head.bytes);
      }
      // A heal after a cut looks for what waits; the end of a stall comes by itself.
      if (!routes_[way].cut)
        set_alarm(
          std::max(now_ + duration{1}, routes_[way].stalled_until),
          {alarm::kind::arrival, from});
      return;
    }
    auto arrived = std::move(head);
    x->flight.pop_front();
    trace(way, "arrived", arrived.bytes);
    arrive(other(from), std::move(arrived));
  }
}

void network::retransmit(const pair& way) {
  for (auto& [number, x] : wires_) {
    for (auto side : {0U, 1U}) {
      auto& from = x.ends[side];
      if (
        from.host != way.first || x.ends[1 - side].host != way.second
        || from.flight.empty() || from.flight.front().due > now_)
        continue;
      auto& head = from.flight.front();
      head.due
        = now_ + draw_latency() + random_.between(duration{}, config_.retransmit_max);
      from.last_due = std::max(from.last_due, head.due);
      set_alarm(head.due, {alarm::kind::arrival, end_id{2 * number + side + 1}});
    }
  }
}

void network::arrive(end_id at, packet x) {
  auto* to = find(at);
  if (to == nullptr || to->state == phase::gone || to->why)
    return;
  switch (x.what) {
    case kind::syn:
      on_syn(at);
      break;
    case kind::syn_ack:
      on_syn_ack(at);
      break;
    case kind::ack:
      on_ack(at);
      break;
    case kind::bytes:
      if (!to->closed)
        to->inbox.push(std::move(x.bytes));
      answer(at);
      break;
    case kind::window:
      to->ahead -= x.credit;
      pump(at);
      break;
    case kind::fin:
      end_connection(at, actors::closed_by(to->peer));
      break;
    case kind::rst:
      if (to->state == phase::dialling)
        fail_dial(at, actors::dial_refused(wires_.at(wire_of(at)).where));
      else
        end_connection(at, actors::broken(to->peer, "connection reset by peer"));
      break;
  }
}

void network::on_syn(end_id at) {
  auto& wired = wires_.at(wire_of(at));
  auto found = listeners_.find(wired.where);
  if (found == listeners_.end()) {
    depart(at, {.what = kind::rst});
    find(at)->state = phase::gone;
    find(at)->closed = true;
    sweep(at);
    return;
  }
  wired.listener = found->second;
  find(at)->state = phase::half_open;
  depart(at, {.what = kind::syn_ack});
}

void network::on_syn_ack(end_id at) {
  auto& to = *find(at);
  if (to.closed) {
    depart(at, {.what = kind::rst});
    to.state = phase::gone;
    return;
  }
  to.state = phase::open;
  depart(at, {.what = kind::ack});
  emit(to.host, connected{at, to.peer});
}

void network::on_ack(end_id at) {
  auto& to = *find(at);
  auto listener = wires_.at(wire_of(at)).listener;
  if (!is_alive(listener)) {
    depart(at, {.what = kind::rst});
    to.state = phase::gone;
    to.closed = true;
    return;
  }
  to.state = phase::open;
  emit(to.host, accepted{listener, at, to.peer});
}

void network::pump(end_id from) {
  auto& x = *find(from);
  if (x.state != phase::open || x.fin_sent)
    return;
  while (!x.unsent.empty() && x.ahead < config_.window_bytes) {
    auto room = std::min(config_.segment_bytes_max, config_.window_bytes - x.ahead);
    auto bytes = x.unsent.take(room);
    x.ahead += bytes.size();
    send(from, {.what = kind::bytes, .bytes = std::move(bytes)});
  }
  if (x.closed && x.unsent.empty()) {
    x.fin_sent = true;
    send(from, {.what = kind::fin});
  }
}

void network::answer(end_id at) {
  auto& x = *find(at);
  if (!x.reading)
    return;
  if (!x.inbox.empty()) {
    x.reading = false;
    auto bytes = x.inbox.take(x.inbox.size());
    if (!x.why)
      send(at, {.what = kind::window, .credit = bytes.size()});
    emit(x.host, received{at, std::move(bytes)});
  } else if (x.why) {
    x.reading = false;
    emit(x.host, disconnected{at, x.why});
  }
}

// --- ends ---

void network::end_connection(end_id at, error why) {
  auto& x = *find(at);
  x.why = std::move(why);
  x.unsent.clear();
  // A connection that was never told of has nobody who would close it.
  if (x.state == phase::half_open) {
    x.state = phase::gone;
    x.closed = true;
  }
  answer(at);
  sweep(at);
}

void network::fail_dial(end_id at, error why) {
  emit(find(at)->host, dial_failed{at, std::move(why)});
  wires_.erase(wire_of(at));
}

/// Nobody is interested any more when both sides have closed.
void network::sweep(end_id id) {
  auto found = wires_.find(wire_of(id));
  if (found == wires_.end())
    return;
  const auto& [first, second] = found->second.ends;
  if (first.closed && second.closed)
    wires_.erase(found);
}

void network::expire_dial(end_id at) {
  const auto& x = wires_.at(wire_of(at));
  ++counters_.dials_expired;
  fail_dial(at, actors::dial_unanswered(x.where, x.deadline));
}

// --- time ---

network::output network::advance(time_point now) {
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    auto first = alarms_.begin();
    now_ = std::max(now_, first->first);
    auto x = first->second;
    alarms_.erase(first);
    on_alarm(x);
  }
  now_ = now;
  return flush();
}

std::optional<time_point> network::next_due() const {
  if (alarms_.empty())
    return {};
  return alarms_.begin()->first;
}

void network::set_alarm(time_point when, alarm x) { alarms_.emplace(when, x); }

void network::on_alarm(const alarm& x) {
  auto* at = find(x.end);
  if (at == nullptr)
    return;
  if (x.what == alarm::kind::arrival) {
    run_flight(x.end);
  } else if (x.what == alarm::kind::deadline) {
    if (at->state == phase::dialling)
      expire_dial(x.end);
  } else if (!at->fin_sent && !at->why) {
    at->unsent.clear();
    at->fin_sent = true;
    send(x.end, {.what = kind::rst});
  }
}

// --- small steps ---

network::endpoint* network::find(end_id id) {
  auto found = wires_.find(wire_of(id));
  return found == wires_.end() ? nullptr : &found->second.ends[side_of(id)];
}

const network::endpoint* network::find(end_id id) const {
  auto found = wires_.find(wire_of(id));
  return found == wires_.end() ? nullptr : &found->second.ends[side_of(id)];
}

network::pair network::way_of(end_id from) {
  return {find(from)->host, find(other(from))->host};
}

std::vector<end_id> network::ends_at(const std::string& host) const {
  auto result = std::vector<end_id>{};
  for (const auto& [number, x] : wires_)
    for (auto side : {0U, 1U})
      if (x.ends[side].host == host)
        result.emplace_back(2 * number + side + 1);
  return result;
}

bool network::passes(const pair& way) const {
  auto found = routes_.find(way);
  return found == routes_.end()
         || (!found->second.cut && now_ >= found->second.stalled_until);
}

void network::emit(const std::string& name, event x) {
  auto& to = hosts_[name];
  if (!to.up)
    return;
  if (to.paused) {
    ++counters_.events_paused;
    to.held.push_back(std::move(x));
  } else {
    out_.push_back(std::move(x));
  }
}

void network::trace(const pair& way, const char* what, byte_view bytes) {
  if (trace_)
    trace_(now_, way.first, way.second, what, bytes);
}

} // namespace troupe::sim
