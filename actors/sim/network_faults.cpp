#include "actors/sim/network.hpp"
#include "actors/transport_error.hpp"

#include <algorithm>

namespace troupe::sim {

network::output network::strike(const fault& what, time_point now) {
  now_ = now;
  std::visit([this](const auto& x) { apply(x); }, what);
  return flush();
}

void network::apply(const cut& x) {
  trace({x.from, x.to}, "cut");
  routes_[{x.from, x.to}].cut = true;
}

void network::apply(const heal& x) {
  auto way = pair{x.from, x.to};
  trace(way, "heal");
  routes_[way].cut = false;
  routes_[way].stalled_until = now_;
  retransmit(way);
}

void network::apply(const heal_all& /*x*/) {
  for (const auto& [way, route] : routes_)
    if (route.cut || route.stalled_until > now_)
      apply(heal{way.first, way.second});
}

void network::apply(const stall& x) {
  trace({x.from, x.to}, "stall");
  auto& until = routes_[{x.from, x.to}].stalled_until;
  until = std::max(until, now_ + x.length);
}

void network::apply(const delay& x) {
  trace({x.from, x.to}, "delay");
  auto& route = routes_[{x.from, x.to}];
  route.extra = x.extra;
  route.delayed_until = now_ + x.length;
}

void network::apply(const reset& x) {
  trace({x.one, x.other}, "reset");
  for (auto id : ends_at(x.one)) {
    auto* here = find(id);
    if (here == nullptr || find(other(id))->host != x.other)
      continue;
    ++counters_.connections_reset;
    for (auto side : {id, other(id)}) {
      auto* at = find(side);
      if (at == nullptr || at->why || at->state == phase::gone)
        continue;
      at->flight.clear();
      // The listener's side of a dial under way holds nothing that could break.
      if (at->state == phase::dialling && side_of(side) == 0)
        fail_dial(side, actors::dial_error(wires_.at(wire_of(side)).where, "reset"));
      else if (at->state != phase::dialling)
        end_connection(side, actors::broken(at->peer, "connection reset by peer"));
    }
  }
}

void network::apply(const crash& x) {
  trace({x.host, x.host}, "crash");
  hosts_[x.host] = machine{};
  std::erase_if(listeners_, [&](const auto& y) { return y.first.host == x.host; });
  for (auto id : ends_at(x.host)) {
    auto* at = find(id);
    // A dial to this host that has not arrived yet will be refused.
    if (at == nullptr || (at->state == phase::dialling && side_of(id) == 1))
      continue;
    auto known = at->state != phase::gone && !at->why && !(at->closed && at->fin_sent);
    at->state = phase::gone;
    at->closed = true;
    at->reading = false;
    at->fin_sent = true;
    at->unsent.clear();
    at->inbox.clear();
    if (known) {
      ++counters_.connections_crashed;
      depart(id, {.what = kind::rst});
    }
    sweep(id);
  }
}

void network::apply(const pause& x) {
  trace({x.host, x.host}, "pause");
  hosts_[x.host].paused = true;
}

void network::apply(const resume& x) {
  trace({x.host, x.host}, "resume");
  auto& woken = hosts_[x.host];
  woken.paused = false;
  for (auto& held : std::exchange(woken.held, {}))
    emit(x.host, std::move(held));
  for (auto& [from, late] : std::exchange(woken.outbox, {}))
    if (find(from) != nullptr)
      depart(from, std::move(late));
}

} // namespace troupe::sim
