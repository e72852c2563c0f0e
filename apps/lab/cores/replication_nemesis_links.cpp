// The faults of messages and links.

#include "apps/lab/cores/replication_nemesis.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

using effect = disturbance::effect;

// --- messages ----------------------------------------------------------------

void replication_nemesis::disturb(const blow& x, disturbance what) {
  const auto length = x.length(200ms, 5s);
  what.kind = x.what.kind;
  what.links
    = length && x.random.chance(0.5) ? some_links(x.random, true) : link_set::all();
  const auto number = in_.network->begin(std::move(what));
  if (length)
    later(*length, [this, number] { in_.network->end(number); });
}

void replication_nemesis::drop(const blow& x) {
  const auto ratio = x.random.chance(0.5) ? 0.02 : x.random.chance(0.7) ? 0.2 : 0.6;
  disturb(x, {.what = effect::drop, .ratio = ratio});
}

void replication_nemesis::duplicate(const blow& x) {
  disturb(x, {.what = effect::duplicate, .ratio = 0.1});
}

void replication_nemesis::delay(const blow& x) {
  disturb(x, {.what = effect::hold, .ratio = 1, .delay_max = 30ms});
}

void replication_nemesis::reorder(const blow& x) {
  disturb(x, {.what = effect::hold, .ratio = 0.05, .delay_max = 1'500ms});
}

void replication_nemesis::late_votes(const blow& x) {
  disturb(
    x,
    {.what = effect::hold, .ratio = 0.5, .delay_max = 1'500ms, .elections_only = true});
}

// A master may ship any part of its log to anyone: the rules of taking it in must not
// lean on the handshake that comes before. Masters that do not know yet that they are
// deposed do it, too.
void replication_nemesis::ship_unasked(const blow& x) {
  const auto length = x.length(1s, 5s).value_or(24h);
  const auto end = in_.events->now() + length;
  auto again = std::make_shared<std::function<void()>>();
  // It holds itself only through what is planned: the last one lets it go.
  *again = [this, end, random = x.random, weak = std::weak_ptr{again}]() mutable {
    ship_some(random);
    if (in_.events->now() < end)
      later(random.between(duration{50ms}, duration{900ms}), [next = weak.lock()] {
        (*next)();
      });
  };
  (*again)();
}

void replication_nemesis::ship_some(random_source& random) {
  for (const auto& host : *in_.hosts) {
    if (!host->up() || !host->state().master)
      continue;
    const auto& s = host->state();
    const auto first = random.between(s.log.base().seq.value(), s.log.end().seq.value());
    const auto& to = *(*in_.hosts)[random.below(in_.hosts->size())];
    if (&to == host.get())
      continue;
    auto part = ship{0, s.log.position_of(lsn{first}), {}, s.commit};
    for (auto next = lsn{first + 1}; part.records.size() < 3; next = next.next()) {
      const auto* found = s.log.find(next);
      if (found == nullptr)
        break;
      part.records.push_back(*found);
    }
    in_.struck("unasked_ships");
    in_.network->send(message{
      s.self.who.cluster, s.self.who.shard, s.id(), s.self.incarnation, to.id(),
      incarnation{0}, s.log.config_lsn(), s.at, std::move(part)});
  }
}

// --- links -------------------------------------------------------------------

void replication_nemesis::cut(const link_set& links, duration length) {
  const auto number
    = in_.network->begin({.kind = "cut", .what = effect::cut, .links = links});
  later(length, [this, number] { in_.network->end(number); });
}

link_set replication_nemesis::around(const replication_host& host, bool one_way) const {
  auto result = link_set{};
  for (const auto& other : *in_.hosts) {
    result.add(host.id(), other->id());
    if (!one_way)
      result.add(other->id(), host.id());
  }
  return result;
}

link_set replication_nemesis::some_links(random_source& random, bool one_way) const {
  auto result = link_set{};
  const auto& hosts = *in_.hosts;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    for (std::size_t k = i + 1; k < hosts.size(); ++k) {
      const auto there = random.chance(0.5);
      const auto back = one_way ? random.chance(0.3) : there;
      if (there)
        result.add(hosts[i]->id(), hosts[k]->id());
      if (back)
        result.add(hosts[k]->id(), hosts[i]->id());
    }
  }
  return result;
}

void replication_nemesis::cut_some(const blow& x, bool one_way) {
  if ((x.what.target || x.random.chance(0.5)) && cut_off_a_master(x, one_way))
    return;
  const auto links = some_links(x.random, one_way);
  if (links.empty())
    return;
  struck(x);
  cut(links, *x.length(100ms, 4s));
}

// What a master appends alone is what parts its log from the next one's.
bool replication_nemesis::cut_off_a_master(const blow& x, bool one_way) {
  auto* master = some_master();
  if (master == nullptr)
    return false;
  auto& host = x.what.target ? victim(x) : *master;
  struck(x);
  // It may come back with a sync under way that began before its log was cut.
  const auto stalled = x.random.chance(0.25);
  if (stalled)
    host.slow_disk(
      x.random.between(duration{500ms}, duration{2s}), in_.events->now() + 600ms);
  const auto length = stalled ? x.length(700ms, 1'500ms) : x.length(100ms, 4s);
  cut(around(host, one_way), *length);
  // As links tell that break: the next master is there before this one knows.
  if (x.random.chance(0.5))
    suspect_master(x.random, host, 100ms);
  return true;
}

void replication_nemesis::single_link(const blow& x) {
  const auto& hosts = *in_.hosts;
  const auto& one = victim(x);
  const auto& other = *hosts[x.random.below(hosts.size())];
  if (&one == &other)
    return;
  struck(x);
  auto links = link_set{};
  links.add(one.id(), other.id());
  links.add(other.id(), one.id());
  cut(links, *x.length(100ms, 4s));
}

void replication_nemesis::flap(const blow& x) {
  struck(x);
  const auto links = x.random.chance(0.5) ? around(victim(x), x.random.chance(0.3))
                                          : some_links(x.random, true);
  const auto length = *x.length(500ms, 5s);
  for (auto when = duration::zero(); when < length;) {
    const auto cut_for = x.random.between(duration{20ms}, duration{400ms});
    later(when, [this, links, cut_for] { cut(links, cut_for); });
    when += cut_for + x.random.between(duration{20ms}, duration{400ms});
  }
}

// All lose their links one by one, and get them back in another order.
void replication_nemesis::swizzle(const blow& x) {
  struck(x);
  const auto span = *x.length(500ms, 3s);
  for (const auto& host : *in_.hosts) {
    const auto begin = x.random.between(duration::zero(), span);
    const auto end = span + x.random.between(duration::zero(), span);
    later(begin, [this, links = around(*host, false), cut_for = end - begin] {
      cut(links, cut_for);
    });
  }
}

} // namespace troupe::lab
