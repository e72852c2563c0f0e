#include "tests/simulation/membership_world.hpp"

#include "actors/base/assert.hpp"
#include "cluster/framing.hpp"
#include "cluster/link_wire.hpp"
#include "cluster/membership_actor.hpp"
#include "cluster/membership_wire.hpp"

#include <algorithm>
#include <utility>

namespace troupe::test {

using cluster::member;
using cluster::member_event;
using cluster::member_state;
using cluster::membership;

namespace {

std::string address_of(std::size_t i) { return "n" + std::to_string(i) + ":7400"; }

/// Of the frame in which a node's membership posts `x` to another's.
std::size_t frame_bytes(const cluster::membership_message& x) {
  auto note = cluster::payload{
    .kind = cluster::payload_kind::note_with_origin,
    .to = cluster::membership_name,
    .from = {},
    .type = cluster::membership_codec,
    .content = cluster::encode(x)};
  return cluster::frame_header_bytes + cluster::encode(std::move(note)).size();
}

} // namespace

membership_world::membership_world(const options& chosen)
    : options_{chosen}, random_{chosen.seed} {
  for (std::size_t i = 0; i < options_.node_count; ++i) {
    auto next = node{};
    next.id = node_id{random_.draw_uuid()};
    next.clock_offset = random_.between(duration{0}, std::chrono::hours{1'000});
    index_.emplace(next.id, i);
    addresses_.emplace(address_of(i), i);
    nodes_.push_back(std::move(next));
  }
}

void membership_world::start(std::size_t i, const std::vector<std::size_t>& seeds) {
  auto& x = nodes_[i];
  TROUPE_ASSERT(!x.core);
  x.incarnation = x.incarnation.next();
  x.left = false;
  auto self = member{};
  self.node = {x.id, node_name{"n" + std::to_string(i)}, x.incarnation};
  self.endpoints = {address_of(i), "n" + std::to_string(i) + ":6379", {}};
  auto contacts = std::vector<std::string>{};
  for (auto seed : seeds)
    contacts.push_back(address_of(seed));
  x.core = std::make_unique<membership>(options_.config, self, contacts, random_());
  happen(i, [](auto& core, auto now) { return core.start(now); });
}

void membership_world::start_all(duration spread, std::size_t seed) {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    events_.after(
      random_.between(duration{0}, spread), [this, i, seed] { start(i, {seed}); });
}

void membership_world::crash(std::size_t i) {
  auto& x = nodes_[i];
  TROUPE_ASSERT(x.core);
  x.core.reset();
  x.paused = false;
  x.inbox.clear();
  ++x.wake;
}

void membership_world::leave(std::size_t i) {
  nodes_[i].left = true;
  happen(i, [](auto& core, auto now) { return core.leave(now); });
}

void membership_world::forget(std::size_t on, std::size_t of) {
  happen(on, [this, of](auto& core, auto now) {
    auto result = core.forget(nodes_[of].id, now);
    TROUPE_ASSERT(result);
    return std::move(*result);
  });
}

void membership_world::pause(std::size_t i, duration length) {
  auto& x = nodes_[i];
  TROUPE_ASSERT(x.core);
  if (x.paused)
    return;
  x.paused = true;
  events_.after(
    length, [this, i, incarnation = x.incarnation] { resume(i, incarnation); });
}

void membership_world::starve(std::size_t i, duration still, duration awake) {
  pause(i, still);
  events_.after(still + awake, [this, i, still, awake] { starve(i, still, awake); });
}

void membership_world::resume(std::size_t i, troupe::incarnation incarnation) {
  auto& x = nodes_[i];
  if (!x.core || x.incarnation != incarnation || !x.paused)
    return;
  x.paused = false;
  // Which of timer and mail a woken process serves first is anybody's guess.
  auto timer_first = random_.chance(0.5);
  auto tick = [](auto& core, auto now) { return core.tick(now); };
  if (timer_first)
    happen(i, tick);
  auto inbox = std::exchange(x.inbox, {});
  for (auto& action : inbox)
    action();
  if (!timer_first)
    happen(i, tick);
}

std::optional<duration>
membership_world::run_until(const std::function<bool()>& done, duration limit) {
  auto begin = now();
  while (!done()) {
    if (now() - begin >= limit)
      return std::nullopt;
    run_for(std::chrono::milliseconds{20});
  }
  return now() - begin;
}

const membership& membership_world::core(std::size_t i) const {
  TROUPE_ASSERT(nodes_[i].core);
  return *nodes_[i].core;
}

bool membership_world::all_up() const {
  return std::ranges::all_of(nodes_, [](const node& x) { return x.core != nullptr; });
}

std::optional<member_state> membership_world::view(std::size_t on, std::size_t of) const {
  const auto* found = core(on).find(nodes_[of].id);
  return found ? std::optional{found->state} : std::nullopt;
}

bool membership_world::views_are_true() const {
  for (const auto& on : nodes_) {
    if (!on.core || on.left)
      continue;
    for (const auto& of : nodes_) {
      const auto* seen = on.core->find(of.id);
      auto running = of.core && !of.left;
      if (
        running ? seen == nullptr || seen->state != member_state::alive
                    || seen->node.incarnation != of.incarnation
                : seen != nullptr && present(seen->state))
        return false;
    }
  }
  return true;
}

bool membership_world::all_see(std::size_t of, member_state x) const {
  for (std::size_t on = 0; on < nodes_.size(); ++on)
    if (on != of && up(on) && view(on, of) != x)
      return false;
  return true;
}

std::size_t membership_world::wrong_deaths() const {
  return static_cast<std::size_t>(std::ranges::count_if(deaths_, &death::wrong));
}

std::size_t membership_world::news_count(member_event x) const {
  auto found = news_.find(x);
  return found == news_.end() ? 0 : found->second;
}

std::size_t membership_world::index_of(const node_id& id) const { return index_.at(id); }

bool membership_world::reachable(std::size_t a, std::size_t b) const {
  return (a < cut_at_) == (b < cut_at_);
}

duration membership_world::draw_delay() {
  return random_.between(options_.delay_min, options_.delay_max);
}

void membership_world::happen(std::size_t i, const event& what) {
  auto& x = nodes_[i];
  fold(static_cast<std::uint64_t>(now().time_since_epoch().count()));
  fold(i);
  auto out = what(*x.core, now() + x.clock_offset);
  // After every event in small worlds; the check is linear in the number of nodes, and so
  // costs the same share of large ones.
  if (++events_count_ % (nodes_.size() <= 10 ? 1 : nodes_.size()) == 0)
    x.core->check_invariants();
  perform(i, out);
}

void membership_world::deliver(
  std::size_t i, troupe::incarnation incarnation, const event& what) {
  auto& x = nodes_[i];
  if (!x.core || x.incarnation != incarnation)
    return;
  if (x.paused)
    x.inbox.emplace_back([this, i, incarnation, what] { deliver(i, incarnation, what); });
  else
    happen(i, what);
}

void membership_world::perform(std::size_t i, const membership::output& out) {
  for (const auto& x : out.sends)
    send(i, x);
  for (const auto& x : out.news)
    note(i, x);
  for (const auto& x : out.redials)
    redial(i, x);
  auto& me = nodes_[i];
  auto timer = ++me.wake;
  if (out.next_wake == time_point::max())
    return;
  events_.at(out.next_wake - me.clock_offset, [this, i, timer] {
    if (nodes_[i].wake == timer)
      deliver(
        i, nodes_[i].incarnation, [](auto& core, auto now) { return core.tick(now); });
  });
}

void membership_world::send(std::size_t i, const membership::envelope& x) {
  ++messages_sent_;
  bytes_sent_ += frame_bytes(x.message);
  fold(x.message);
  auto to = index_of(x.to);
  fold(to);
  if (!reachable(i, to))
    return;
  const auto& target = nodes_[to];
  if (!target.core) {
    if (options_.breaks_are_seen)
      events_.after(
        draw_delay(), [this, i, peer = x.to, incarnation = nodes_[i].incarnation] {
          deliver(i, incarnation, [peer](auto& core, auto now) {
            return core.link_broke(peer, now);
          });
        });
    return;
  }
  auto copies = random_.chance(options_.duplicate_ratio) ? 2 : 1;
  const auto message = std::make_shared<const cluster::membership_message>(x.message);
  const auto received = [from = nodes_[i].id, message](auto& core, auto now) {
    return std::visit(
      [&](const auto& content) { return core.received(from, content, now); }, *message);
  };
  for (auto copy = 0; copy < copies; ++copy) {
    if (random_.chance(options_.loss_ratio))
      continue;
    events_.after(draw_delay(), [this, to, incarnation = target.incarnation, received] {
      deliver(to, incarnation, received);
    });
  }
}

void membership_world::redial(std::size_t i, const membership::contact& x) {
  auto to = addresses_.at(x.address);
  fold(to);
  events_.after(2 * draw_delay(), [this, i, to, incarnation = nodes_[i].incarnation, x] {
    const auto& target = nodes_[to];
    if (!target.core || target.paused || !reachable(i, to))
      return;
    auto met = [](node_id peer, troupe::incarnation of, std::string dialled) {
      return
        [=](auto& core, auto now) { return core.peer_connected(peer, of, dialled, now); };
    };
    deliver(i, incarnation, met(target.id, target.incarnation, x.address));
    if (nodes_[i].core && to != i)
      deliver(to, target.incarnation, met(nodes_[i].id, incarnation, {}));
  });
}

void membership_world::note(std::size_t i, const cluster::member_news& x) {
  fold(static_cast<std::uint64_t>(x.what));
  fold(x.about);
  ++news_[x.what];
  if (x.what != member_event::died)
    return;
  auto of = index_of(x.about.node.id);
  const auto& target = nodes_[of];
  auto running = target.core && !target.left && !target.paused;
  auto wrong
    = running && target.incarnation == x.about.node.incarnation && reachable(i, of);
  deaths_.push_back({now(), i, of, wrong});
}

void membership_world::fold(std::uint64_t x) {
  // FNV-1a, a word at a time.
  trace_ = (trace_ ^ x) * 0x100000001b3U;
  trace_ ^= trace_ >> 32;
}

void membership_world::fold(const member& x) {
  fold(index_of(x.node.id));
  fold(x.node.incarnation.value());
  fold(x.refutation.value());
  fold(static_cast<std::uint64_t>(x.state));
}

void membership_world::fold(const cluster::membership_message& x) {
  fold(x.index());
  auto claims = [this](const std::vector<member>& all) {
    for (const auto& claim : all)
      fold(claim);
  };
  if (const auto* exchange = std::get_if<cluster::push_pull>(&x))
    claims(exchange->claims);
  else if (const auto* news = std::get_if<cluster::gossip>(&x))
    claims(news->claims);
  else if (const auto* question = std::get_if<cluster::ping>(&x))
    claims(question->gossip);
  else if (const auto* answer = std::get_if<cluster::ack>(&x))
    claims(answer->gossip);
}

} // namespace troupe::test
