// The faults that look for a master.

#include "apps/lab/cores/replication_nemesis.hpp"

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

void replication_nemesis::suspect_master(
  random_source& random, const replication_host& except, duration within) {
  for (const auto& other : *in_.hosts) {
    if (other.get() == &except)
      continue;
    later(random.between(duration::zero(), within), [&host = *other] {
      host.handle({"suspect"}, [](replica& core, time_point now) {
        return core.master_suspected(now);
      });
    });
  }
}

// At times the old master hears nothing of what it has begun, or the successor hears of
// it too late, and lacks what was promised in between.
void replication_nemesis::transfer(const blow& x) {
  auto* master = some_master();
  if (master == nullptr)
    return;
  struck(x);
  auto& successor = *(*in_.hosts)[x.random.below(in_.hosts->size())];
  master->handle({"transfer"}, [to = successor.id()](replica& core, time_point now) {
    return core.transfer_to(to, now);
  });
  if (&successor != master && x.random.chance(0.25)) {
    successor.pause(x.random.between(duration{800ms}, duration{2s}));
    return;
  }
  if (x.random.chance(0.33))
    return;
  auto links = link_set{};
  for (const auto& other : *in_.hosts)
    links.add(other->id(), master->id());
  const auto length = x.random.between(duration{100ms}, duration{2s});
  later(x.random.between(duration{0}, duration{5ms}), [this, links, length] {
    cut(links, length);
  });
}

void replication_nemesis::hint(const blow& x) {
  auto& host = victim(x);
  if (!host.up())
    return;
  struck(x);
  host.handle({"suspect"}, [](replica& core, time_point now) {
    return core.master_suspected(now);
  });
}

// Epochs that follow each other while their masters hold records that nobody else has:
// what an older one left must not be counted in a newer one. Each coup lets the victim of
// the last one back in.
void replication_nemesis::coup(const blow& x) {
  coup_random_ = x.random;
  const auto length = x.length(3s, 10s);
  coups_until_ = length ? in_.events->now() + *length : time_point::max();
  newest_mastership_ = epoch{0};
}

void replication_nemesis::after_event() {
  if (!coup_random_ || in_.events->now() >= coups_until_)
    return;
  for (const auto& host : *in_.hosts) {
    if (!host->up() || !host->state().master || host->state().at <= newest_mastership_)
      continue;
    newest_mastership_ = host->state().at;
    if (coup_random_->chance(0.8))
      depose(*host);
  }
}

void replication_nemesis::depose(replication_host& master) {
  in_.struck("coup");
  later(coup_random_->between(duration{0}, duration{20ms}), [this, &master] {
    auto& random = *coup_random_;
    auto links = link_set{};
    const auto whole = random.chance(0.5);
    for (const auto& other : *in_.hosts) {
      if (whole || random.chance(0.6))
        links.add(master.id(), other->id());
      if (whole || random.chance(0.6))
        links.add(other->id(), master.id());
    }
    in_.network->end_cuts();
    cut(links, random.between(duration{500ms}, duration{3s}));
    suspect_master(random, master, 100ms);
  });
}

// A slave that lost the master asks those that hear it, and one of them has just begun a
// new incarnation.
void replication_nemesis::usurp(const blow& x) {
  auto* master = some_master();
  if (master == nullptr)
    return;
  struck(x);
  const auto usurper = x.random.below(in_.hosts->size());
  for (std::size_t i = 0; i < in_.hosts->size(); ++i) {
    auto& host = *(*in_.hosts)[i];
    if (&host == master)
      continue;
    if (i == usurper) {
      auto links = link_set{};
      links.add(master->id(), host.id());
      links.add(host.id(), master->id());
      cut(links, 2s);
      continue;
    }
    for (auto when = duration::zero(); when < 1'200ms; when += 150ms) {
      const auto delay = x.random.between(duration{1ms}, duration{5ms});
      later(when + x.random.between(duration{0}, duration{100ms}), [this, &host, delay] {
        if (!host.up())
          return;
        host.crash(replication_host::crash_kind::process);
        restart_later(host, delay);
      });
    }
  }
  suspect_master(x.random, *master, 600ms);
}

// A slave that lost its master hears it again before it has the votes that it has asked
// for, from one that goes on without it.
void replication_nemesis::hear_again(const blow& x) {
  auto* master = some_master();
  const auto& hosts = *in_.hosts;
  const auto first = x.random.below(hosts.size());
  if (master == nullptr || hosts[first].get() == master)
    return;
  struck(x);
  const auto asks_at = x.random.between(duration{500ms}, duration{1s});
  for (const auto& host : hosts)
    if (host.get() != master) {
      auto links = link_set{};
      links.add(master->id(), host->id());
      links.add(host->id(), master->id());
      cut(links, host == hosts[first] ? asks_at : 3s);
    }
  const auto number = in_.network->begin(
    {.kind = x.what.kind,
     .what = disturbance::effect::hold,
     .links = link_set::all(),
     .ratio = 0.7,
     .delay_max = 400ms,
     .elections_only = true});
  later(3s, [this, number] { in_.network->end(number); });
  hosts[first]->handle({"suspect"}, [](replica& core, time_point now) {
    return core.master_suspected(now);
  });
}

} // namespace troupe::lab
