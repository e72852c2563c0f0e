#include "apps/lab/cores/replication_nemesis.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

using crash_kind = replication_host::crash_kind;

/// One line of the table of all faults.
struct replication_nemesis::known_kind {
  std::string name;
  void (replication_nemesis::*strike)(const blow&);
  bool may_last = false;
  bool is_damage = false;
};

const std::vector<replication_nemesis::known_kind>& replication_nemesis::table() {
  using self = replication_nemesis;
  static const auto result = std::vector<known_kind>{
    {"drop", &self::drop, true},
    {"duplicate", &self::duplicate, true},
    {"delay", &self::delay, true},
    {"reorder", &self::reorder, true},
    {"late_votes", &self::late_votes, true},
    {"unasked_ships", &self::ship_unasked, true},
    {"partition", &self::partition},
    {"one_way", &self::one_way},
    {"single_link", &self::single_link},
    {"flap", &self::flap},
    {"swizzle", &self::swizzle},
    {"kill", &self::kill},
    {"power_loss", &self::power_loss},
    {"write_crash", &self::write_crash},
    {"torn_tail", &self::torn_tail},
    {"blackout", &self::blackout},
    {"restart_loop", &self::restart_loop},
    {"pause", &self::pause},
    {"slow_disk", &self::slow_disk, true},
    {"stall_disk", &self::stall_disk},
    {"bit_flip", &self::bit_flip, false, true},
    {"lost_files", &self::lost_files, false, true},
    {"wipe", &self::wipe, false, true},
    {"clock_rate", &self::clock_rate, true},
    {"clock_jump", &self::clock_jump},
    {"slow_apply", &self::slow_apply},
    {"transfer", &self::transfer},
    {"hint", &self::hint},
    {"coup", &self::coup, true},
    {"usurp", &self::usurp},
    {"hear_again", &self::hear_again},
  };
  return result;
}

const std::vector<std::string>& replication_nemesis::kinds() {
  static const auto result = [] {
    auto names = std::vector<std::string>{};
    for (const auto& x : table())
      names.push_back(x.name);
    return names;
  }();
  return result;
}

bool replication_nemesis::may_last(std::string_view kind) {
  return std::ranges::any_of(
    table(), [=](const auto& x) { return x.name == kind && x.may_last; });
}

bool replication_nemesis::is_damage(std::string_view kind) {
  return std::ranges::any_of(
    table(), [=](const auto& x) { return x.name == kind && x.is_damage; });
}

std::optional<duration>
replication_nemesis::blow::length(duration low, duration high) const {
  if (what.length)
    return what.length;
  if (what.at == duration::zero() && may_last(what.kind))
    return std::nullopt;
  return random.between(low, high);
}

void replication_nemesis::begin(const fault_plan& plan) {
  for (const auto& fault : plan)
    later(fault.at, [this, fault] { strike(fault); });
}

void replication_nemesis::stop() {
  on_ = false;
  coup_random_.reset();
  in_.network->heal();
}

void replication_nemesis::later(duration delay, std::function<void()> what) {
  in_.events->after(delay, [this, what = std::move(what)] {
    if (on_)
      what();
  });
}

void replication_nemesis::strike(const planned_fault& fault) {
  const auto found = std::ranges::find(table(), fault.kind, &known_kind::name);
  TROUPE_ASSERT(found != table().end());
  auto random = random_source{fault.seed};
  (this->*found->strike)({fault, random});
}

// "n2" is a node; "master", also with a shard behind it, is who rules now.
replication_host& replication_nemesis::victim(const blow& x) const {
  const auto& hosts = *in_.hosts;
  const auto any = x.random.below(hosts.size());
  if (x.what.target && x.what.target->starts_with("master")) {
    if (auto* master = some_master())
      return *master;
  } else if (x.what.target) {
    for (const auto& host : hosts)
      if (host->name() == *x.what.target)
        return *host;
  }
  return *hosts[any];
}

replication_host* replication_nemesis::some_master() const {
  const auto found = std::ranges::find_if(
    *in_.hosts, [](const auto& x) { return x->up() && x->state().master; });
  return found == in_.hosts->end() ? nullptr : found->get();
}

void replication_nemesis::restart_later(replication_host& host, duration delay) {
  in_.events->after(delay, [&host] {
    if (!host.up() && !host.gone())
      host.start();
  });
}

// --- processes ---------------------------------------------------------------

void replication_nemesis::crash_one(const blow& x, crash_kind how) {
  auto& host = victim(x);
  if (!host.up())
    return;
  struck(x);
  host.crash(how);
  const auto soon = x.random.chance(0.5);
  const auto delay = soon ? x.random.between(duration{5ms}, duration{50ms})
                          : x.random.between(duration{50ms}, duration{4s});
  restart_later(host, x.what.length.value_or(delay));
}

void replication_nemesis::die_inside_a_write(const blow& x, crash_kind how) {
  auto& host = victim(x);
  if (host.up())
    host.fail_disk_after(x.random.below(10), how);
}

void replication_nemesis::died(replication_host& host, crash_kind how) {
  in_.struck(how == crash_kind::power ? "torn_tail" : "write_crash");
  // By when the disk fails, each run of the plan has another moment: no draw of a fault.
  restart_later(host, duration{10ms} + host.id().value() * 97ms);
}

void replication_nemesis::blackout(const blow& x) {
  if (x.random.chance(0.6)) // They cost a run much of its time.
    return;
  struck(x);
  for (const auto& host : *in_.hosts) {
    if (!host->up())
      continue;
    host->crash(crash_kind::power);
    restart_later(*host, x.random.between(duration{5ms}, duration{3s}));
  }
}

void replication_nemesis::restart_loop(const blow& x) {
  auto& host = victim(x);
  struck(x);
  auto when = duration::zero();
  for (auto left = x.random.between(3, 8); left > 0; --left) {
    const auto how = x.random.chance(0.5) ? crash_kind::process : crash_kind::power;
    later(when, [this, &host, how, delay = x.random.between(duration{1ms}, 50ms)] {
      if (!host.up())
        return;
      host.crash(how);
      restart_later(host, delay);
    });
    when += x.random.between(duration{20ms}, duration{500ms});
  }
}

void replication_nemesis::pause(const blow& x) {
  auto& host = victim(x);
  if (!host.up())
    return;
  struck(x);
  host.pause(*x.length(20ms, 3s));
}

// --- disks, clocks, load -----------------------------------------------------

void replication_nemesis::slow_disk(const blow& x) {
  struck(x);
  const auto length = x.length(100ms, 4s);
  if (!length) { // Every disk has hiccups.
    for (const auto& host : *in_.hosts)
      host->have_hiccups();
    return;
  }
  victim(x).slow_disk(
    x.random.between(duration{5ms}, duration{1s}), in_.events->now() + *length);
}

void replication_nemesis::stall_disk(const blow& x) {
  struck(x);
  victim(x).slow_disk(
    x.random.between(duration{1s}, duration{6s}),
    in_.events->now() + *x.length(10ms, 3s));
}

void replication_nemesis::bit_flip(const blow& x) {
  auto& host = victim(x);
  if (!host.up())
    return;
  host.crash(crash_kind::process);
  if (host.flip_a_bit(x.random))
    struck(x);
  restart_later(host, 100ms);
}

void replication_nemesis::lost_files(const blow& x) {
  auto& host = victim(x);
  if (!host.up())
    return;
  struck(x);
  host.crash(crash_kind::process);
  host.lose_files();
  restart_later(host, 100ms);
}

void replication_nemesis::wipe(const blow& x) {
  auto& host = victim(x);
  if (!host.up())
    return;
  struck(x);
  host.crash(crash_kind::process);
  host.wipe();
}

// Leases hold as long as two rates differ by less than a tenth; without leases nothing
// depends on it.
void replication_nemesis::clock_rate(const blow& x) {
  struck(x);
  const auto draw = [&] {
    return in_.leases ? 0.955 + 0.09 * x.random.uniform()
                      : 0.7 + 0.7 * x.random.uniform();
  };
  if (!x.length(1s, 5s)) {
    for (const auto& host : *in_.hosts)
      host->set_clock_rate(draw());
    return;
  }
  victim(x).set_clock_rate(draw());
}

// The clock runs on as the machine does, but a jump of it is a drift without bounds.
void replication_nemesis::clock_jump(const blow& x) {
  if (in_.leases) {
    crash_one(x, crash_kind::power); // A new boot, a new time.
    return;
  }
  struck(x);
  victim(x).jump_clock(x.random.between(duration{10ms}, duration{3s}));
}

void replication_nemesis::slow_apply(const blow& x) {
  struck(x);
  victim(x).slow_apply(
    x.random.between(duration{20ms}, duration{800ms}),
    in_.events->now() + *x.length(200ms, 3s));
}

} // namespace troupe::lab
