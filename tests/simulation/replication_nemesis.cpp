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
  switch (random_.below(12)) {
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
      if (options_.transfers) {
        count("transfers");
        for (auto& each : hosts_)
          each->handle([](replica& core, time_point now) {
            return core.transfer_to(std::nullopt, now);
          });
      }
      break;
    case 10:
      if (options_.hints) {
        count("hints");
        host.handle(
          [](replica& core, time_point now) { return core.master_suspected(now); });
      }
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
  auto found = std::ranges::find_if(
    hosts_, [](const auto& x) { return x->up() && x->state().master; });
  if (found == hosts_.end())
    return false;
  for (const auto& other : hosts_) {
    cuts_.insert({(*found)->id(), other->id()});
    if (!one_way)
      cuts_.insert({other->id(), (*found)->id()});
  }
  return true;
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
  if (random_.chance(0.5)) {
    count("flipped bits");
    host.flip_a_bit();
    restart_later(host, 100ms);
  } else {
    count("wiped disks");
    host.wipe();
  }
}

} // namespace troupe::test
