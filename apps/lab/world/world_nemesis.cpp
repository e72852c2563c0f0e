#include "apps/lab/world/world_nemesis.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace std::chrono_literals;

namespace {

/// Most faults end before anybody is declared dead for them, some long after.
duration draw_length(random_source& random) {
  return random.chance(0.2) ? random.between(duration{4s}, duration{20s})
                            : random.between(duration{50ms}, duration{4s});
}

} // namespace

const std::map<std::string, world_nemesis::handler>& world_nemesis::handlers() {
  static const auto result = std::map<std::string, handler>{
    {"bit_flip", &world_nemesis::bit_flip},
    {"blackout", &world_nemesis::blackout},
    {"clock_rate", &world_nemesis::clock_rate},
    {"delay", &world_nemesis::delay},
    {"flap", &world_nemesis::flap},
    {"halves", &world_nemesis::halves},
    {"isolate", &world_nemesis::isolate},
    {"kill", &world_nemesis::kill},
    {"kill_all", &world_nemesis::kill_all},
    {"one_way", &world_nemesis::one_way},
    {"partition", &world_nemesis::partition},
    {"pause", &world_nemesis::pause},
    {"power_loss", &world_nemesis::power_loss},
    {"reset", &world_nemesis::reset},
    {"restart", &world_nemesis::restart},
    {"restart_loop", &world_nemesis::restart_loop},
    {"ring", &world_nemesis::ring},
    {"single_link", &world_nemesis::single_link},
    {"slow_disk", &world_nemesis::slow_disk},
    {"stall", &world_nemesis::stall},
    {"stall_disk", &world_nemesis::stall_disk},
    {"wall_jump", &world_nemesis::wall_jump},
    {"wipe", &world_nemesis::wipe},
    {"write_crash", &world_nemesis::write_crash},
  };
  return result;
}

std::vector<std::string> world_nemesis::kinds() {
  auto result = std::vector<std::string>{};
  for (const auto& [kind, handle] : handlers())
    result.push_back(kind);
  return result;
}

void world_nemesis::begin(const fault_plan& plan) {
  plan_ = plan;
  for (const auto& x : plan_)
    in_.engine->after(x.at, [this, &x] { strike(x); });
}

void world_nemesis::strike(const planned_fault& what) {
  if (healed_)
    return;
  auto random = random_source{what.seed};
  auto length = what.length.value_or(draw_length(random));
  auto x = blow{&what, random, length};
  in_.trace->add(in_.engine->now(), "nemesis", what.kind, to_string(what));
  const auto handle = handlers().find(what.kind);
  TROUPE_ASSERT(handle != handlers().end());
  if ((this->*handle->second)(x))
    ++counts_[what.kind];
}

void world_nemesis::heal() {
  healed_ = true;
  in_.trace->add(in_.engine->now(), "nemesis", "heal");
  in_.network->strike(sim::heal_all{});
  calm_.heal(in_.engine->now());
  for (const auto& x : *in_.machines) {
    x->pace() = {};
    x->mend_disk();
    x->clock().set_rate(1.0);
    x->resume();
    if (!x->up())
      x->boot();
  }
}

bool world_nemesis::explain_end(machine& of) {
  if (!of.ended_of_its_disk())
    return false;
  ++crash_count_;
  boot_later(of, 300ms);
  return true;
}

// -- whom
// ---------------------------------------------------------------------------------

/// The plan's target; else, half of the time, who is master of most shards.
machine& world_nemesis::pick(blow& x) {
  const auto& machines = *in_.machines;
  const auto named = [&](const std::string& name) {
    const auto found
      = std::ranges::find_if(machines, [&](const auto& m) { return m->name() == name; });
    return found == machines.end() ? nullptr : found->get();
  };
  constexpr auto master_of = std::string_view{"master:"};
  if (x.what->target && x.what->target->starts_with(master_of)) {
    const auto number
      = static_cast<std::uint32_t>(std::stoul(x.what->target->substr(master_of.size())));
    if (const auto* watch = in_.groups->master_of(shard_id{number}))
      if (auto* found = named(watch->node()))
        return *found;
  } else if (x.what->target) {
    if (auto* found = named(*x.what->target))
      return *found;
  }
  auto& any = *machines[x.random.below(machines.size())];
  if (x.random.chance(0.5))
    return any;
  const auto masterships = [](const auto& m) {
    return m->watch() != nullptr ? m->watch()->mastership_count() : 0;
  };
  return **std::ranges::max_element(machines, {}, masterships);
}

machine& world_nemesis::other_than(const machine& x, random_source& random) {
  auto others = std::vector<machine*>{};
  for (const auto& m : *in_.machines)
    if (m.get() != &x)
      others.push_back(m.get());
  return *others[random.below(others.size())];
}

// -- the network
// --------------------------------------------------------------------------

std::size_t world_nemesis::index_of(const machine& x) const {
  const auto found
    = std::ranges::find_if(*in_.machines, [&x](const auto& m) { return m.get() == &x; });
  return static_cast<std::size_t>(found - in_.machines->begin());
}

/// What those at `from` send to those at `to` waits, where `wanted` says so.
void world_nemesis::cut_pairs(
  duration length, const std::function<bool(std::size_t, std::size_t)>& wanted) {
  const auto& machines = *in_.machines;
  for (std::size_t from = 0; from < machines.size(); ++from)
    for (std::size_t to = 0; to < machines.size(); ++to)
      if (from != to && wanted(from, to))
        cut(*machines[from], *machines[to], length);
}

void world_nemesis::disturb(const machine& from, const machine& to, duration length) {
  calm_.disturb_link(index_of(from), index_of(to), in_.engine->now() + length);
}

void world_nemesis::cut(const machine& from, const machine& to, duration length) {
  disturb(from, to, length);
  in_.network->strike(sim::cut{from.name(), to.name()});
  in_.engine->after(length, [this, from = from.name(), to = to.name()] {
    in_.network->strike(sim::heal{from, to});
  });
}

/// Two parts that do not hear each other; they meet again link by link.
bool world_nemesis::partition(blow& x) {
  auto left = std::vector<machine*>{};
  auto right = std::vector<machine*>{};
  for (const auto& m : *in_.machines)
    (x.random.chance(0.5) ? left : right).push_back(m.get());
  for (const auto* a : left)
    for (const auto* b : right) {
      const auto length = x.random.between(x.length, x.length + x.length / 4);
      cut(*a, *b, length);
      cut(*b, *a, length);
    }
  return !left.empty() && !right.empty();
}

/// A minority with the target in it, and the others.
bool world_nemesis::halves(blow& x) {
  const auto& machines = *in_.machines;
  const auto first = index_of(pick(x));
  const auto inside = [&](std::size_t i) {
    return (i + machines.size() - first) % machines.size()
           < std::max<std::size_t>((machines.size() - 1) / 2, 1);
  };
  cut_pairs(x.length, [&](auto from, auto to) { return inside(from) != inside(to); });
  return true;
}

/// Each has two neighbours, and meets nobody else.
bool world_nemesis::ring(blow& x) {
  const auto count = in_.machines->size();
  cut_pairs(x.length, [count](auto from, auto to) {
    const auto apart = from < to ? to - from : from - to;
    return apart != 1 && apart != count - 1;
  });
  return count > 3;
}

/// What the target sends is lost, and nothing that it is sent; without a target, at
/// times, some are not heard by some others.
bool world_nemesis::one_way(blow& x) {
  if (x.what->target || x.random.chance(0.5)) {
    const auto one = index_of(pick(x));
    cut_pairs(x.length, [one](auto from, auto) { return from == one; });
    return true;
  }
  auto struck = false;
  for (const auto& a : *in_.machines)
    for (const auto& b : *in_.machines)
      if (a != b && x.random.chance(0.3)) {
        cut(*a, *b, x.length);
        struck = true;
      }
  return struck;
}

bool world_nemesis::single_link(blow& x) {
  auto& one = pick(x);
  auto& other = other_than(one, x.random);
  cut(one, other, x.length);
  cut(other, one, x.length);
  return true;
}

/// Nobody hears one, and it hears nobody.
bool world_nemesis::isolate(blow& x) {
  const auto one = index_of(pick(x));
  cut_pairs(x.length, [one](auto from, auto to) { return from == one || to == one; });
  return true;
}

bool world_nemesis::flap(blow& x) {
  auto& one = pick(x);
  auto& other = other_than(one, x.random);
  for (auto at = duration{}; at < x.length; at += x.random.between(20ms, 400ms)) {
    const auto length = x.random.between(duration{10ms}, duration{300ms});
    in_.engine->after(at, [this, &one, &other, length] {
      if (healed_)
        return;
      cut(one, other, length);
      cut(other, one, length);
    });
  }
  return true;
}

bool world_nemesis::stall(blow& x) {
  auto& one = pick(x);
  const auto& other = other_than(one, x.random);
  disturb(one, other, x.length);
  in_.network->strike(sim::stall{one.name(), other.name(), x.length});
  return true;
}

bool world_nemesis::delay(blow& x) {
  auto& one = pick(x);
  const auto extra = x.random.between(duration{2ms}, duration{700ms});
  const auto& other = other_than(one, x.random);
  disturb(one, other, x.length + extra);
  in_.network->strike(sim::delay{one.name(), other.name(), extra, x.length});
  return true;
}

bool world_nemesis::reset(blow& x) {
  auto& one = pick(x);
  const auto& other = other_than(one, x.random);
  disturb(one, other, duration::zero());
  in_.network->strike(sim::reset{one.name(), other.name()});
  return true;
}

// -- the process
// --------------------------------------------------------------------------

void world_nemesis::boot_later(machine& x, duration delay) {
  in_.engine->after(delay, [this, &x] {
    if (!x.up() && !healed_)
      x.boot();
  });
}

void world_nemesis::end(machine& x, crash_kind how, duration back_after) {
  if (!x.up())
    return;
  ++crash_count_;
  x.crash(how);
  boot_later(x, back_after);
}

bool world_nemesis::kill(blow& x) {
  auto& one = pick(x);
  const auto up = one.up();
  end(one, crash_kind::process, x.length);
  return up;
}

bool world_nemesis::kill_all(blow& x) {
  for (const auto& m : *in_.machines)
    end(*m, crash_kind::process, x.length);
  return true;
}

bool world_nemesis::restart(blow& x) {
  x.length = duration::zero();
  return kill(x);
}

bool world_nemesis::power_loss(blow& x) {
  auto& one = pick(x);
  const auto up = one.up();
  end(one, crash_kind::power, x.length);
  return up;
}

bool world_nemesis::blackout(blow& x) {
  for (const auto& m : *in_.machines)
    end(*m, crash_kind::power, x.random.between(duration{20ms}, x.length));
  return true;
}

bool world_nemesis::restart_loop(blow& x) {
  auto& one = pick(x);
  for (auto at = duration{}; at < x.length; at += x.random.between(100ms, 900ms))
    in_.engine->after(at, [this, &one] {
      if (!healed_)
        end(one, crash_kind::process, 20ms);
    });
  return true;
}

bool world_nemesis::pause(blow& x) {
  auto& one = pick(x);
  if (!one.up() || one.paused())
    return false;
  one.pause();
  in_.engine->after(x.length, [&one, life = one.life_count()] {
    if (one.life_count() == life)
      one.resume();
  });
  return true;
}

// -- the disk
// -----------------------------------------------------------------------------

bool world_nemesis::slow_disk(blow& x) {
  auto& one = pick(x);
  one.pace().sync_min = 5ms;
  one.pace().sync_max = x.random.between(duration{10ms}, duration{300ms});
  one.pace().hiccup_ratio = 0.1;
  one.pace().hiccup_max = 1s;
  calm_.disturb_node(index_of(one), in_.engine->now() + x.length);
  in_.engine->after(x.length, [&one] { one.pace() = {}; });
  return true;
}

bool world_nemesis::stall_disk(blow& x) {
  auto& one = pick(x);
  one.pace().stalled_until = in_.engine->now() + x.length;
  calm_.disturb_node(index_of(one), in_.engine->now() + x.length);
  return one.up();
}

/// The process ends in the middle of a change to its disk.
bool world_nemesis::write_crash(blow& x) {
  auto& one = pick(x);
  if (!one.up())
    return false;
  one.fail_disk_after(x.random.below(12));
  return true;
}

/// Only when all shards are placed: what has no replica yet waits for a lost founder.
bool world_nemesis::may_damage(const machine& x) const {
  return damaged_ == nullptr && x.ready() && in_.replica_count >= 3
         && in_.groups->shards().size() > in_.shard_count;
}

bool world_nemesis::bit_flip(blow& x) {
  auto& one = pick(x);
  if (!may_damage(one))
    return false;
  end(one, crash_kind::process, x.length);
  if (!one.flip_a_bit())
    return false;
  damaged_ = &one;
  return true;
}

bool world_nemesis::wipe(blow& x) {
  auto& one = pick(x);
  if (!may_damage(one))
    return false;
  end(one, crash_kind::process, x.length);
  one.wipe();
  damaged_ = &one;
  return true;
}

// -- the clock
// ----------------------------------------------------------------------------

/// Within what leases allow for.
bool world_nemesis::clock_rate(blow& x) {
  auto& one = pick(x);
  one.clock().set_rate(0.955 + 0.09 * x.random.uniform());
  in_.engine->after(x.length, [&one] { one.clock().set_rate(1.0); });
  return true;
}

/// The time of day, by up to an hour; the monotonic clock goes on.
bool world_nemesis::wall_jump(blow& x) {
  auto& one = pick(x);
  one.clock().set_wall_offset(x.random.between(duration{0}, duration{2h}) - duration{1h});
  return true;
}

} // namespace troupe::lab
