// What the simulated processes do, and what is done to them.
#include "tests/simulation/link_world.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace troupe::test {

using namespace std::chrono_literals;
using actors::lane;
using cluster::actor_number;
using cluster::payload_kind;

namespace {

// The same at both ends, and calls are counted from 1 at each: their numbers collide.
constexpr auto sender = actor_number{1};

} // namespace

void link_world::disturb(duration length) {
  disturbed_ = true;
  plan_traffic(queue_.now() + length);
  plan_faults(queue_.now() + length);
  run_for(length);
}

void link_world::heal() {
  disturbed_ = false;
  for (auto a = std::size_t{0}; a < processes_.size(); ++a)
    for (auto b = std::size_t{0}; b < processes_.size(); ++b)
      while (!network_.flows(a, b))
        network_.resume(a, b);
  for (auto i = std::size_t{0}; i < processes_.size(); ++i)
    if (!processes_[i].running)
      start(i);
  for (auto i = std::size_t{0}; i < processes_.size(); ++i)
    for (auto peer = std::size_t{0}; peer < processes_.size(); ++peer)
      if (i != peer) {
        link_to(i, peer).moved(processes_[peer].address);
        if (!processes_[i].pinned.contains(peer))
          toggle_pin(i, peer);
      }
}

void link_world::unpin(std::size_t i) {
  for (auto peer : std::set{processes_[i].pinned})
    toggle_pin(i, peer);
}

void link_world::unpin_all() {
  for (auto i = std::size_t{0}; i < processes_.size(); ++i)
    unpin(i);
}

// -- traffic
// ------------------------------------------------------------------------------

void link_world::plan_traffic(time_point end) {
  // At times all are quiet for so long that links may close.
  auto pause = random_.chance(0.002) ? random_.between(duration{500ms}, duration{1500ms})
                                     : random_.between(duration{0}, duration{12ms});
  queue_.after(pause, [this, end] {
    if (queue_.now() >= end)
      return;
    if (auto i = random_.below(processes_.size()); processes_[i].running)
      traffic(i);
    plan_traffic(end);
  });
}

void link_world::traffic(std::size_t i) {
  auto peer
    = (i + random_.between(std::uint64_t{1}, processes_.size() - 1)) % processes_.size();
  auto lane = random_.chance(0.5) ? lane::control : lane::bulk;
  auto burst = random_.chance(0.05) ? 12 : 1;
  for (auto k = 0; k < burst; ++k) {
    if (random_.chance(0.04))
      watch(i, peer);
    else
      send(
        i, peer, random_.chance(0.6) ? payload_kind::request : payload_kind::note, lane);
  }
}

std::size_t
link_world::send(std::size_t i, std::size_t peer, payload_kind kind, lane lane) {
  auto& self = processes_[i];
  auto number = letters_.size();
  auto call = kind == payload_kind::request ? ++self.next_call : 0;
  auto& x = letters_.emplace_back();
  x.kind = kind;
  x.lane = lane;
  if (call > 0)
    self.peers[peer].calls.emplace(call, number);
  auto what = cluster::payload{kind, std::string{"service"}, sender, call, "t", {}};
  post(i, peer, number, std::move(what));
  return number;
}

// Sends letter `number` in `what`, padded to some size.
void link_world::post(
  std::size_t i, std::size_t peer, std::size_t number, cluster::payload what) {
  const auto& model = processes_[i].peers[peer];
  auto& x = letters_[number];
  x.from = i;
  x.to = peer;
  x.from_incarnation = processes_[i].incarnation;
  x.to_incarnation = model.exists ? model.incarnation : incarnation{};
  x.sent = queue_.now();
  what.content = std::to_string(number) + ' ';
  what.content.resize(
    what.content.size()
    + random_.below(disturbed_ && random_.chance(0.15) ? 4'000 : 100));
  auto out = link_to(i, peer).send(std::move(what), x.lane, queue_.now());
  perform(i, peer, std::move(out));
}

void link_world::answer(
  std::size_t i, std::size_t peer, const cluster::payload& request) {
  if (disturbed_ && random_.chance(0.01)) {
    count("never answered");
    return;
  }
  auto pause = random_.chance(0.1) ? random_.between(duration{0}, duration{500ms})
                                   : random_.between(duration{0}, duration{10ms});
  auto generation = processes_[i].peers[peer].generation;
  auto lane = random_.chance(0.5) ? lane::control : lane::bulk;
  later(i, pause, [this, i, peer, generation, lane, call = request.call] {
    // Whom it should reach is gone, as far as this process knows.
    if (processes_[i].peers[peer].generation != generation)
      return;
    auto number = letters_.size();
    auto& x = letters_.emplace_back();
    x.kind = payload_kind::answer;
    x.lane = lane;
    post(i, peer, number, {payload_kind::answer, sender, sender, call, "t", {}});
  });
}

void link_world::watch(std::size_t i, std::size_t peer) {
  auto name = "mortal " + std::to_string(mortals_.size());
  auto age = random_.between(duration{0}, duration{800ms});
  mortals_[name] = {peer, processes_[peer].incarnation, queue_.now() + age, {}};
  later(peer, age, [this, peer, name] {
    for (auto watcher : std::exchange(mortals_[name].watchers, {})) {
      auto out = link_to(peer, watcher)
                   .tell_ended({name, ec::stopping, "its time had come"}, queue_.now());
      perform(peer, watcher, std::move(out));
    }
  });
  processes_[i].peers[peer].watches.emplace(name, queue_.now());
  perform(i, peer, link_to(i, peer).watch(name, queue_.now()));
}

std::vector<std::size_t> link_world::greet_all() {
  auto result = std::vector<std::size_t>{};
  for (auto i = std::size_t{0}; i < processes_.size(); ++i)
    for (auto peer = std::size_t{0}; peer < processes_.size(); ++peer)
      for (auto lane : {lane::control, lane::bulk})
        for (auto kind : {payload_kind::note, payload_kind::request})
          if (i != peer)
            result.push_back(send(i, peer, kind, lane));
  return result;
}

// -- faults
// -------------------------------------------------------------------------------

void link_world::plan_faults(time_point end) {
  queue_.after(random_.between(duration{0}, duration{500ms}), [this, end] {
    if (queue_.now() >= end)
      return;
    fault();
    plan_faults(end);
  });
}

void link_world::fault() {
  auto a = random_.below(processes_.size());
  auto b = (a + 1) % processes_.size();
  auto length = random_.between(duration{5ms}, duration{900ms});
  switch (random_.below(10)) {
    case 0:
      return cut(a, b, true, length);
    case 1:
      return cut(a, b, false, length);
    case 2:
      return restart(a);
    case 3:
      return accuse(a, b);
    case 4:
    case 5:
      return seed_dials(a, b);
    case 6:
      return toggle_pin(a, b);
    default:
      if (auto ends = network_.ends_of(a); !ends.empty())
        disturb_one(ends[random_.below(ends.size())], length);
  }
}

void link_world::disturb_one(cluster::connection_id end, duration length) {
  if (random_.chance(0.3)) {
    count("resets");
    network_.reset(end);
  } else if (random_.chance(0.2)) {
    // One direction of one lane, and healing does not end it.
    count("dead directions");
    network_.hold(end, 24h);
  } else {
    count("holds");
    network_.hold(end, length);
  }
}

void link_world::cut(std::size_t a, std::size_t b, bool both_ways, duration length) {
  count(both_ways ? "cuts" : "stalls");
  auto paths = std::vector<std::pair<std::size_t, std::size_t>>{{a, b}};
  if (both_ways)
    paths.emplace_back(b, a);
  for (auto [from, to] : paths) {
    network_.stall(from, to);
    queue_.after(length, [this, from, to] {
      // Healing may have been before.
      if (!network_.flows(from, to))
        network_.resume(from, to);
    });
  }
}

void link_world::restart(std::size_t i) {
  if (!processes_[i].running)
    return;
  if (random_.chance(0.3)) {
    count("leaves");
    leave(i);
  } else {
    count("crashes");
    stop(i, random_.chance(0.5));
  }
  auto pause = random_.chance(0.3) ? duration{1ms}
                                   : random_.between(duration{1ms}, duration{900ms});
  queue_.after(pause, [this, i] {
    if (!processes_[i].running)
      start(i);
  });
}

// Membership says dead; it may be wrong, or late.
void link_world::accuse(std::size_t on, std::size_t peer) {
  auto& self = processes_[on];
  auto found = self.links.find(peer);
  if (!self.running || found == self.links.end())
    return;
  count("accusations");
  auto incarnation = processes_[peer].incarnation.value() - random_.below(2);
  perform(
    on, peer, found->second.peer_dead(troupe::incarnation{incarnation}, queue_.now()));
}

// Each knows an address of the other, but not who is there.
void link_world::seed_dials(std::size_t a, std::size_t b) {
  for (auto [from, to] : {std::pair{a, b}, std::pair{b, a}})
    if (processes_[from].running) {
      count("seed dials");
      dial(
        from, {cluster::session_id{random_()}, lane::control, std::nullopt},
        processes_[to].address);
    }
}

void link_world::toggle_pin(std::size_t i, std::size_t peer) {
  auto& self = processes_[i];
  if (!self.running)
    return;
  auto& core = link_to(i, peer);
  if (self.pinned.erase(peer) > 0) {
    core.unpin();
  } else {
    self.pinned.insert(peer);
    perform(i, peer, core.pin(queue_.now()));
  }
}

} // namespace troupe::test
