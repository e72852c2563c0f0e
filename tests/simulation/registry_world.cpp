#include "tests/simulation/registry_world.hpp"

#include "actors/base/assert.hpp"
#include "registry/registry_wire.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::test {

using namespace registry;
using namespace std::chrono_literals;

namespace {

const auto everything = pattern{entry_kind::provider, {}};

template <class T>
T expect(expected<T> x) {
  TROUPE_ASSERT(x);
  return std::move(*x);
}

} // namespace

registry_world::registry_world(const options& chosen)
    : options_{chosen}, random_{chosen.seed} {
  TROUPE_ASSERT(!options_.config.validate());
  for (std::size_t i = 0; i < options_.node_count; ++i) {
    auto next = node{};
    next.id = node_id{random_.draw_uuid()};
    next.clock_offset = random_.between(duration{0}, duration{1'000h});
    index_.emplace(next.id, i);
    nodes_.push_back(std::move(next));
    start(i);
  }
}

time_point registry_world::local(std::size_t i) const {
  return events_.now() + nodes_[i].clock_offset;
}

bool registry_world::reachable(std::size_t a, std::size_t b) const {
  return ((group_ >> a) & 1U) == ((group_ >> b) & 1U);
}

std::size_t registry_world::index_of(const node_id& id) const { return index_.at(id); }

void registry_world::start(std::size_t i) {
  auto& x = nodes_[i];
  TROUPE_ASSERT(!x.core);
  x.incarnation = x.incarnation.next();
  x.left = false;
  x.own.clear();
  x.told.clear();
  x.subscribers.clear();
  x.core = std::make_unique<registry_core>(
    options_.config, x.id, x.incarnation, random_(), local(i));
  set_timer(i, local(i));
  tell_news(i, x.incarnation);
  subscribe(i, everything, 0s);
  subscribe(i, {entry_kind::provider, "s1"}, 3s);
}

void registry_world::crash(std::size_t i) {
  nodes_[i].core.reset();
  ++nodes_[i].timer;
}

void registry_world::leave(std::size_t i) {
  perform(i, nodes_[i].core->deregister_all(local(i)));
  nodes_[i].left = true;
  crash(i);
}

void registry_world::put(std::size_t i, const entry_key& key, const std::string& value) {
  auto x = as_bytes(value);
  auto stored = byte_buffer{x.begin(), x.end()};
  nodes_[i].own[key] = stored;
  perform(i, expect(nodes_[i].core->put(key, stored, local(i))));
}

void registry_world::erase(std::size_t i, const entry_key& key) {
  if (nodes_[i].own.erase(key) > 0)
    perform(i, expect(nodes_[i].core->erase(key, local(i))));
}

void registry_world::commit(
  const std::string& rule, std::optional<std::string> value, bool new_epoch) {
  auto at = log_.empty() ? version{1, 0} : log_.back().written;
  // Other records of the log take numbers too.
  at = {at.era + (new_epoch ? 1 : 0), at.number + 1 + random_.below(3)};
  auto change = entry{{entry_kind::rule, rule, {}}, at, std::nullopt};
  if (value) {
    auto x = as_bytes(*value);
    change.value.emplace(x.begin(), x.end());
  }
  log_.push_back(std::move(change));
}

void registry_world::tell(std::size_t i, bool from_start) {
  if (!up(i) || log_.empty())
    return;
  auto& core = *nodes_[i].core;
  // A replica may be behind the log, and behind its own registry, which heard of more.
  auto end = log_.size() - random_.below(std::min<std::size_t>(log_.size(), 3));
  auto from = from_start ? version{} : core.version_of(owner_id::catalog());
  auto latest = std::map<entry_key, entry>{};
  for (std::size_t n = 0; n < end; ++n)
    if (log_[n].written > from)
      latest.insert_or_assign(log_[n].key, log_[n]);
  auto changes = std::vector<entry>{};
  for (const auto& [key, x] : latest)
    changes.push_back(x);
  std::ranges::sort(changes, {}, &entry::written);
  auto to = std::max(from, log_[end - 1].written);
  perform(i, expect(core.catalog_changed(from, to, changes, local(i))));
}

void registry_world::perform(std::size_t i, registry_core::output out) {
  nodes_[i].core->check_invariants();
  for (const auto& x : out.sends)
    send(i, x);
  for (const auto& x : out.pushes)
    take(i, x);
  for (const auto& x : out.probes)
    probe(i, x);
  counters_.reports += out.reports.size();
  // The prompt subscriber acknowledges at once, so it is never behind.
  const auto& prompt = nodes_[i].subscribers;
  TROUPE_ASSERT(prompt.empty() || prompt.front().known == selected(i, everything));
  set_timer(i, out.wake);
}

void registry_world::set_timer(std::size_t i, time_point local_wake) {
  auto due = std::max(events_.now(), local_wake - nodes_[i].clock_offset);
  events_.at(due, [this, i, number = ++nodes_[i].timer] {
    if (number == nodes_[i].timer)
      perform(i, nodes_[i].core->tick(local(i)));
  });
}

void registry_world::send(std::size_t i, const registry_core::send& x) {
  auto encoded = encode(x.what);
  auto to = index_of(x.to);
  ++counters_.messages;
  fold(i);
  fold(to);
  fold(encoded);
  auto copies = random_.chance(options_.duplicate_ratio) ? 2 : 1;
  for (; copies > 0; --copies) {
    if (!reachable(i, to) || random_.chance(options_.loss_ratio)) {
      ++counters_.lost;
      continue;
    }
    // Links address an incarnation: its messages never reach the next one.
    events_.after(
      random_.between(duration{1}, options_.delay_max),
      [this, i, to, incarnation = nodes_[to].incarnation, encoded] {
        arrive(i, to, incarnation, encoded);
      });
  }
}

void registry_world::arrive(
  std::size_t from, std::size_t to, troupe::incarnation incarnation,
  const byte_buffer& x) {
  auto& target = nodes_[to];
  if (!target.core || target.incarnation != incarnation)
    return;
  auto message = expect(decode_sync(x));
  count(*target.core, message);
  fold(static_cast<std::uint64_t>(events_.now().time_since_epoch().count()));
  fold(to);
  perform(to, target.core->heard(nodes_[from].id, message, local(to)));
}

void registry_world::count(const registry_core& at, const sync_message& x) {
  for (const auto& delta : x.deltas) {
    auto here = at.version_of(delta.owner);
    if (delta.full && here.number > 0 && delta.to > here)
      ++counters_.full_deltas;
    if (!delta.full && delta.from > here && delta.from.number > 0)
      ++counters_.gaps;
  }
}

void registry_world::take(std::size_t i, const push& x) {
  auto& to = nodes_[i].subscribers.at(x.to.value());
  TROUPE_ASSERT(x.number == to.number + 1);
  TROUPE_ASSERT(x.snapshot || x.number > 1);
  counters_.coalesced += x.snapshot && x.number > 1 ? 1 : 0;
  to.number = x.number;
  if (x.snapshot)
    to.known.clear();
  for (const auto& [entry, removed] : *x.changes) {
    auto at = place{entry.key.kind, entry.key.name, entry.owner, entry.key.instance};
    counters_.unconfirmed += entry.unconfirmed ? 1 : 0;
    fold(entry.value);
    if (removed)
      TROUPE_ASSERT(to.known.erase(at) == 1);
    else
      to.known.insert_or_assign(at, entry);
  }
  TROUPE_ASSERT(to.known == selected(i, to.wanted));
  auto ack
    = [this, i, incarnation = nodes_[i].incarnation, id = x.to, number = x.number] {
        if (up(i) && nodes_[i].incarnation == incarnation)
          perform(i, expect(nodes_[i].core->acked(id, number, local(i))));
      };
  if (to.ack_delay_max == duration{0})
    ack();
  else
    events_.after(random_.between(duration{1}, to.ack_delay_max), ack);
}

void registry_world::probe(std::size_t i, const owner_watch::probe& x) {
  events_.after(random_.between(duration{1}, duration{1s}), [this, i, x] {
    if (!up(i))
      return;
    auto of = index_of(x.node);
    auto answered = up(of) && nodes_[of].incarnation == x.incarnation && reachable(i, of);
    perform(i, nodes_[i].core->probed(x.node, x.incarnation, answered, local(i)));
  });
}

void registry_world::tell_news(std::size_t i, troupe::incarnation incarnation) {
  auto& x = nodes_[i];
  if (!x.core || x.incarnation != incarnation)
    return;
  for (std::size_t of = 0; of < nodes_.size(); ++of) {
    const auto& y = nodes_[of];
    auto known = x.told.find(of);
    auto seen = y.core != nullptr && reachable(i, of);
    if (of == i || (known == x.told.end() && !seen))
      continue;
    auto about = seen || y.left ? y.incarnation : known->second.first;
    auto news = std::pair{about, seen};
    if (known != x.told.end() && known->second == news)
      continue;
    x.told[of] = news;
    if (seen)
      perform(i, x.core->owner_up(y.id, about, local(i)));
    else if (y.left)
      perform(i, x.core->owner_left(y.id, about, local(i)));
    else
      perform(i, x.core->owner_down(y.id, about, local(i)));
  }
  events_.after(
    random_.between(duration{1}, options_.news_delay_max),
    [this, i, incarnation] { tell_news(i, incarnation); });
}

void registry_world::subscribe(
  std::size_t i, const pattern& wanted, duration ack_delay_max) {
  auto& all = nodes_[i].subscribers;
  auto id = subscriber_id{all.size()};
  all.push_back({wanted, ack_delay_max, 0, {}});
  auto out = expect(nodes_[i].core->subscribe(id, wanted, local(i)));
  TROUPE_ASSERT(out.pushes.size() == 1 && out.pushes.front().snapshot);
  perform(i, std::move(out));
}

registry_world::rebuilt
registry_world::selected(std::size_t i, const pattern& wanted) const {
  auto result = rebuilt{};
  for (auto& x : nodes_[i].core->lookup(wanted.kind, wanted.name)) {
    auto at = place{x.key.kind, x.key.name, x.owner, x.key.instance};
    result.emplace(std::move(at), std::move(x));
  }
  return result;
}

registry_world::served registry_world::truth() const {
  auto result = served{};
  for (const auto& x : nodes_)
    if (x.core)
      for (const auto& [key, value] : x.own)
        result[{key.kind, key.name, owner_id{x.id}, key.instance}] = value;
  for (const auto& x : log_) {
    auto at = place{x.key.kind, x.key.name, owner_id::catalog(), x.key.instance};
    result.erase(at);
    if (x.value)
      result[at] = *x.value;
  }
  return result;
}

bool registry_world::all_serve_the_truth() const {
  const auto expected_everywhere = truth();
  return std::ranges::all_of(nodes_, [&](const node& x) {
    if (!x.core)
      return true;
    auto here = served{};
    for (auto kind : {entry_kind::provider, entry_kind::consumer, entry_kind::rule})
      for (const auto& y : x.core->lookup(kind, {}))
        if (!y.unconfirmed)
          here[{y.key.kind, y.key.name, y.owner, y.key.instance}] = y.value;
    return here == expected_everywhere;
  });
}

bool registry_world::nobody_is_behind() const {
  return std::ranges::all_of(nodes_, [](const node& x) {
    if (!x.core)
      return true;
    return std::ranges::all_of(
      x.own, [&](const auto& entry) { return x.core->behind(entry.first.name).empty(); });
  });
}

// FNV-1a, word by word and byte by byte.
void registry_world::fold(std::uint64_t x) { trace_ = (trace_ ^ x) * 0x100000001b3U; }

void registry_world::fold(byte_view x) {
  for (auto byte : x)
    fold(static_cast<std::uint64_t>(byte));
}

} // namespace troupe::test
