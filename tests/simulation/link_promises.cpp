// What a link tells its process, held against what it promises.
#include "tests/simulation/link_world.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::test {

using namespace std::chrono_literals;
using actors::lane;
using cluster::payload_kind;

namespace {

// A call may outlive its age bound until the next sweep.
constexpr auto sweep_interval = 1s;

} // namespace

void link_world::expect(bool condition, const std::string& promise) {
  if (condition || !violation_.empty())
    return;
  auto when = std::chrono::duration<double>(queue_.now().time_since_epoch()).count();
  violation_ = "at " + std::to_string(when) + " s: not kept: " + promise;
}

void link_world::fold(std::uint64_t x) {
  auto now = static_cast<std::uint64_t>(queue_.now().time_since_epoch().count());
  // FNV-1a, a word at a time.
  for (auto word : {now, x}) {
    trace_ = (trace_ ^ word) * 0x100000001b3U;
    trace_ ^= trace_ >> 32U;
  }
}

void link_world::on_arrival(
  std::size_t i, std::size_t peer, const cluster::link::arrival& x) {
  auto& self = processes_[i];
  auto& model = self.peers[peer];
  auto number = static_cast<std::size_t>(std::stoull(x.payload.content));
  auto& sent = letters_.at(number);
  expect(model.up, "nothing arrives before the link is up");
  expect(!sent.arrived, "a message arrives at most once");
  expect(!sent.undelivered, "what never left does not arrive");
  expect(
    sent.from == peer && sent.to == i && sent.lane == x.lane
      && sent.kind == x.payload.kind,
    "a message arrives as what and where it was sent");
  expect(
    sent.from_incarnation == model.incarnation,
    "a message comes from the incarnation that is up");
  expect(
    sent.to_incarnation == incarnation{} || sent.to_incarnation == self.incarnation,
    "a message for one incarnation never reaches another");
  auto stream = std::pair{x.session, x.lane};
  auto [last, is_first] = model.last_letter.try_emplace(stream, number);
  expect(is_first || last->second < number, "a lane keeps its order within a session");
  last->second = number;
  sent.arrived = true;
  count(x.lane == lane::control ? "arrived on control" : "arrived on bulk");

  auto cost = credit_cost(x.payload);
  auto& unconsumed = model.unconsumed[stream];
  unconsumed += cost;
  expect(
    unconsumed <= config().window_bytes(x.lane) + config().frame_bytes_max,
    "at most a window and a frame are unconsumed");
  if (unconsumed > config().window_bytes(x.lane))
    count("windows overdrawn");
  auto pause = random_.chance(0.1) ? random_.between(duration{0}, duration{300ms})
                                   : random_.between(duration{0}, duration{5ms});
  later(i, pause, [this, i, peer, stream, cost] {
    auto& pending = processes_[i].peers[peer].unconsumed[stream];
    pending -= std::min(pending, cost);
    if (auto found = processes_[i].links.find(peer); found != processes_[i].links.end())
      perform(i, peer, found->second.consumed(stream.first, stream.second, cost));
  });
  if (x.payload.kind == payload_kind::request)
    answer(i, peer, x.payload);
  if (x.payload.kind == payload_kind::answer)
    end_call(i, peer, x.payload.call, true);
}

void link_world::on_failure(
  std::size_t i, std::size_t peer, const cluster::link::failed_call& x) {
  fold(x.call);
  count("failed: " + std::string{to_string(code_of(x.why))});
  end_call(i, peer, x.call, false);
}

void link_world::end_call(
  std::size_t i, std::size_t peer, std::uint64_t call, bool answered) {
  auto& calls = processes_[i].peers[peer].calls;
  auto found = calls.find(call);
  expect(found != calls.end(), "a request has one outcome");
  if (found == calls.end())
    return;
  auto& request = letters_[found->second];
  ++(answered ? request.answers : request.failures);
  count(answered ? "answered" : "failed");
  expect(
    queue_.now() - request.sent
      <= config().call_age_max + sweep_interval + config().heartbeat_interval,
    "no request hangs");
  calls.erase(found);
}

void link_world::on_watch(
  std::size_t i, std::size_t peer, const cluster::link_target& target) {
  expect(processes_[i].peers[peer].up, "no watch comes before the link is up");
  const auto& name = std::get<std::string>(target);
  auto& watched = mortals_.at(name);
  if (watched.incarnation == processes_[i].incarnation && watched.dies > queue_.now()) {
    watched.watchers.insert(peer);
    return;
  }
  perform(
    i, peer,
    link_to(i, peer).tell_ended({target, ec::not_found, "no such actor"}, queue_.now()));
}

void link_world::on_ended(std::size_t i, std::size_t peer, const cluster::ended& x) {
  count(x.code == ec::stopping ? "watched actors ended" : "watches failed");
  expect(
    processes_[i].peers[peer].watches.erase(std::get<std::string>(x.target)) == 1,
    "a watch ends once");
}

void link_world::on_undelivered(const cluster::payload& x) {
  auto& sent = letters_.at(static_cast<std::size_t>(std::stoull(x.content)));
  expect(x.kind == payload_kind::note, "only notes come back");
  expect(!sent.arrived && !sent.undelivered, "what comes back did not arrive");
  sent.undelivered = true;
  count("notes came back");
}

void link_world::on_news(std::size_t i, std::size_t peer, const cluster::link::news& x) {
  auto& model = processes_[i].peers[peer];
  fold(static_cast<std::uint64_t>(x.kind));
  fold(x.peer.incarnation.value());
  count(std::string{to_string(x.kind)});
  switch (x.kind) {
    case cluster::link::news_kind::up:
      expect(!model.up, "up is told once");
      expect(x.peer.incarnation >= model.incarnation, "incarnations never go back");
      expect(
        !model.exists || x.peer.incarnation == model.incarnation,
        "an incarnation is down before the next");
      model.up = true;
      model.exists = true;
      model.incarnation = x.peer.incarnation;
      return;
    case cluster::link::news_kind::lost:
      expect(model.up, "only what was up is lost");
      expect(x.peer.incarnation == model.incarnation, "what is lost is what was up");
      model.up = false;
      for (auto& [name, watched] : mortals_)
        if (watched.home == i)
          watched.watchers.erase(peer);
      return;
    case cluster::link::news_kind::down:
      // Who leaves himself has lost nothing.
      model.up = model.up && !link_to(i, peer).leaving();
      expect(model.exists && !model.up, "down is told once, of what was up and is lost");
      expect(x.peer.incarnation == model.incarnation, "what is down is what was up");
      expect(model.watches.empty(), "watches end before down is told");
      model.exists = false;
      ++model.generation;
      return;
  }
}

void link_world::check_link(std::size_t i, std::size_t peer) {
  auto& self = processes_[i];
  auto found = self.links.find(peer);
  if (found == self.links.end())
    return;
  const auto& core = found->second;
  auto& model = self.peers[peer];
  // An idle link closes without news; a leaving one tells only that all are down.
  if (model.up && !core.up()) {
    if (!core.leaving())
      count("closed idle");
    model.up = false;
  }
  expect(model.up == core.up(), "up is told when the link is up");
  for (auto each : {lane::control, lane::bulk})
    expect(
      core.queued_bytes(each)
        <= std::max(config().queue_bytes_max, config().frame_bytes_max),
      "queues are bounded");
  expect(core.calls_count() == model.calls.size(), "the link knows the calls under way");
}

// -- at rest
// ------------------------------------------------------------------------------

bool link_world::delivered(const std::vector<std::size_t>& letters) const {
  return std::ranges::all_of(letters, [this](auto number) {
    const auto& x = letters_[number];
    return x.arrived && x.failures == 0
           && (x.kind != payload_kind::request || x.answers == 1);
  });
}

std::vector<cluster::connection_id> link_world::open_ends() const {
  auto result = std::vector<cluster::connection_id>{};
  for (auto i = std::size_t{0}; i < processes_.size(); ++i)
    for (auto end : network_.ends_of(i))
      result.push_back(end);
  return result;
}

std::string link_world::disagreement() const {
  for (auto i = std::size_t{0}; i < processes_.size(); ++i) {
    auto lanes = std::map<std::size_t, int>{};
    for (auto end : network_.ends_of(i)) {
      const auto& open = processes_[i].connections.find(end);
      auto at = "connection " + std::to_string(end.value()) + " of " + std::to_string(i);
      if (open == processes_[i].connections.end() || !open->second.peer)
        return at + " belongs to no link";
      if (!network_.open(network_.other(end)))
        return at + " has no other end";
      ++lanes[*open->second.peer];
    }
    for (auto peer = std::size_t{0}; peer < processes_.size(); ++peer) {
      auto name = std::to_string(i) + " to " + std::to_string(peer);
      auto found = processes_[i].links.find(peer);
      if (i != peer && (found == processes_[i].links.end() || !found->second.up()))
        return name + " is not up";
      if (lanes[peer] != (i == peer ? 0 : 2))
        return name + " has " + std::to_string(lanes[peer]) + " connections";
    }
  }
  return {};
}

std::string link_world::unfinished() const {
  for (auto i = std::size_t{0}; i < processes_.size(); ++i)
    for (const auto& [peer, model] : processes_[i].peers) {
      if (!model.calls.empty())
        return "process " + std::to_string(i) + " waits for call "
               + std::to_string(model.calls.begin()->first);
      if (!model.watches.empty())
        return "process " + std::to_string(i) + " watches "
               + model.watches.begin()->first;
    }
  return {};
}

bool link_world::all_unused() const {
  return std::ranges::all_of(processes_, [](const auto& self) {
    return std::ranges::all_of(
      self.links, [](const auto& entry) { return entry.second.unused(); });
  });
}

} // namespace troupe::test
