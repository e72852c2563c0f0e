// The part of the simulated world that breaks things.

#include "actors/base/assert.hpp"
#include "tests/simulation/replication_world.hpp"

#include <algorithm>

namespace troupe::test {

using namespace storage;
using namespace std::chrono_literals;

void replication_world::plan_fault() {
  if (options_.unasked_ships)
    ship_unasked();
  events_.after(random_.between(duration{50ms}, options_.between_faults), [this] {
    if (!faults_on_)
      return;
    strike();
    plan_fault();
  });
}

void replication_world::strike() {
  auto& host = *hosts_[random_.below(hosts_.size())];
  switch (random_.below(13)) {
    case 0:
      if (options_.partitions)
        cut_some_links(false);
      break;
    case 1:
      if (options_.one_way_cuts)
        cut_some_links(true);
      break;
    case 2:
      cuts_.clear();
      break;
    case 3:
      if (options_.process_crashes)
        crash(host, replication_host::crash_kind::process);
      break;
    case 4:
      if (options_.power_losses)
        crash(host, replication_host::crash_kind::power);
      break;
    case 5:
      if (options_.crashes_inside_writes && host.up())
        host.fail_disk_after(random_.below(10));
      break;
    case 6:
      if (options_.blackouts && random_.chance(0.3)) {
        count("blackouts");
        for (auto& each : hosts_)
          crash(*each, replication_host::crash_kind::power);
      }
      break;
    case 7:
      if (options_.pauses) {
        count("pauses");
        host.pause(random_.between(duration{20ms}, duration{3s}));
      }
      break;
    case 8:
      if (options_.slow_disks) {
        count("slow disks");
        host.slow_disk(
          random_.between(duration{5ms}, duration{3s}),
          events_.now() + random_.between(duration{100ms}, duration{4s}));
      }
      break;
    case 9:
      if (options_.transfers)
        hand_over();
      break;
    case 10:
      if (options_.hints) {
        count("hints");
        host.handle(
          [](replica& core, time_point now) { return core.master_suspected(now); });
      }
      break;
    case 11:
      if (options_.usurpers)
        usurp();
      break;
    default:
      if (options_.damage && !damage_done_)
        damage(host);
  }
}

void replication_world::cut_some_links(bool one_way) {
  count(one_way ? "one-way cuts" : "partitions");
  cuts_.clear();
  if (random_.chance(0.5) && cut_off_a_master(one_way))
    return;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    for (std::size_t k = i + 1; k < hosts_.size(); ++k) {
      auto a = hosts_[i]->id();
      auto b = hosts_[k]->id();
      auto there = random_.chance(0.5);
      if (there)
        cuts_.insert({a, b});
      if (one_way ? random_.chance(0.3) : there)
        cuts_.insert({b, a});
    }
  }
}

// What a master appends alone is what parts its log from the next one's.
bool replication_world::cut_off_a_master(bool one_way) {
  auto* master = some_master();
  if (master == nullptr)
    return false;
  for (const auto& other : hosts_) {
    cuts_.insert({master->id(), other->id()});
    if (!one_way)
      cuts_.insert({other->id(), master->id()});
  }
  // As links tell that break: the next master is there before this one knows.
  if (random_.chance(0.5))
    suspect_master(*master, 100ms);
  // It comes back with a sync under way that began before its log was cut.
  if (options_.slow_disks && random_.chance(0.5)) {
    master->slow_disk(random_.between(500ms, 2s), events_.now() + 600ms);
    events_.after(random_.between(700ms, 1'500ms), [this] { cuts_.clear(); });
  }
  return true;
}

replication_host* replication_world::some_master() {
  auto found = std::ranges::find_if(
    hosts_, [](const auto& x) { return x->up() && x->state().master; });
  return found == hosts_.end() ? nullptr : found->get();
}

void replication_world::suspect_master(const replication_host& except, duration within) {
  for (auto& other : hosts_) {
    if (other.get() == &except)
      continue;
    events_.after(random_.between(duration{0}, within), [&host = *other] {
      host.handle(
        [](replica& core, time_point now) { return core.master_suspected(now); });
    });
  }
}

// At times the old master hears nothing of what it has begun, or the successor hears of
// it too late, and lacks what was promised in between.
void replication_world::hand_over() {
  auto* master = some_master();
  if (master == nullptr)
    return;
  count("transfers");
  auto& successor = *hosts_[random_.below(hosts_.size())];
  master->handle([to = successor.id()](replica& core, time_point now) {
    return core.transfer_to(to, now);
  });
  if (&successor != master && random_.chance(0.25)) {
    successor.pause(random_.between(800ms, 2s));
    return;
  }
  if (random_.chance(0.33))
    return;
  events_.after(random_.between(duration{0}, duration{5ms}), [this, master] {
    for (const auto& other : hosts_)
      cuts_.insert({other->id(), master->id()});
  });
  events_.after(random_.between(100ms, 2s), [this] { cuts_.clear(); });
}

// Epochs that follow each other while their masters hold records that nobody else has:
// what an older one left must not be counted in a newer one. Each coup lets the victim of
// the last one back in.
void replication_world::depose_new_masters() {
  if (!options_.coups || !faults_on_)
    return;
  for (const auto& host : hosts_) {
    if (!host->up() || !host->state().master || host->state().at <= newest_mastership_)
      continue;
    newest_mastership_ = host->state().at;
    if (random_.chance(0.3))
      continue;
    count("coups");
    events_.after(random_.between(0ms, 20ms), [this, victim = host.get()] {
      cuts_.clear();
      auto whole = random_.chance(0.5);
      for (const auto& other : hosts_) {
        if (whole || random_.chance(0.6))
          cuts_.insert({victim->id(), other->id()});
        if (whole || random_.chance(0.6))
          cuts_.insert({other->id(), victim->id()});
      }
      suspect_master(*victim, 100ms);
    });
    events_.after(random_.between(500ms, 3s), [this, newest = newest_mastership_] {
      if (newest == newest_mastership_)
        cuts_.clear();
    });
  }
}

// A slave that lost the master asks those that hear it, and one of them has just begun a
// new life.
void replication_world::usurp() {
  auto* master = some_master();
  if (master == nullptr)
    return;
  count("usurpers");
  auto usurper = random_.below(hosts_.size());
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    auto& host = *hosts_[i];
    if (&host == master)
      continue;
    if (i == usurper) {
      cuts_.insert({master->id(), host.id()});
      cuts_.insert({host.id(), master->id()});
    } else {
      for (auto when = 0ms; when < 1'200ms; when += 150ms) {
        events_.after(when + random_.between(0ms, 100ms), [this, &host] {
          if (!faults_on_ || !host.up())
            return;
          host.crash(replication_host::crash_kind::process);
          restart_later(host, random_.between(1ms, 5ms));
        });
      }
    }
  }
  suspect_master(*master, 600ms);
  events_.after(2s, [this] { cuts_.clear(); });
}

// A master may ship any part of its log to anyone: the rules of taking it in must not
// lean on the handshake that comes before. Masters that do not know yet that they are
// deposed do it, too.
void replication_world::ship_unasked() {
  for (const auto& host : hosts_) {
    if (!host->up() || !host->state().master)
      continue;
    const auto& s = host->state();
    auto first = random_.between(s.log.base().seq.value(), s.log.end().seq.value());
    auto m = message{
      s.self.who.cluster,
      s.self.who.shard,
      s.id(),
      s.self.life,
      hosts_[random_.below(hosts_.size())]->id(),
      incarnation{0},
      s.log.config_lsn(),
      s.at,
      {}};
    auto part = ship{0, s.log.position_of(lsn{first}), {}, s.commit};
    for (auto next = lsn{first + 1}; part.records.size() < 3; next = next.next()) {
      const auto* found = s.log.find(next);
      if (found == nullptr)
        break;
      part.records.push_back(*found);
    }
    count("unasked ships");
    m.body = std::move(part);
    if (m.to != m.from)
      send(std::move(m));
  }
}

void replication_world::restart_later(replication_host& host, duration delay) {
  events_.after(delay, [this, &host] {
    if (!host.up() && !host.gone())
      host.start();
  });
}

void replication_world::crash(replication_host& host, replication_host::crash_kind how) {
  if (!host.up())
    return;
  count(how == replication_host::crash_kind::power ? "power losses" : "process crashes");
  host.crash(how);
  restart_later(
    host, random_.chance(0.5) ? random_.between(duration{5ms}, duration{50ms})
                              : random_.between(duration{50ms}, duration{4s}));
}

// One replica only: the promises hold while a majority keeps its disks. With more than
// one lost of three, nothing but silence would be right.
void replication_world::damage(replication_host& host) {
  if (!host.up())
    return;
  damage_done_ = true;
  host.crash(replication_host::crash_kind::process);
  switch (random_.below(3)) {
    case 0:
      count("flipped bits");
      host.flip_a_bit();
      restart_later(host, 100ms);
      break;
    case 1:
      count("lost files");
      host.lose_files();
      restart_later(host, 100ms);
      break;
    default:
      count("wiped disks");
      host.wipe();
  }
}

} // namespace troupe::test
