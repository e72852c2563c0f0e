#include "apps/lab/world/machine.hpp"

#include "actors/base/assert.hpp"
#include "storage/log/hard_file.hpp"
#include "storage/log/segment.hpp"
#include "storage/shards_actor.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

namespace {

std::string below(const std::string& directory, const std::string& name) {
  return directory + "/" + name;
}

std::vector<std::string> names_in(disk& files, const std::string& directory) {
  auto found = files.list(directory);
  return found ? std::move(*found) : std::vector<std::string>{};
}

} // namespace

machine::machine(
  machine_environment environment, apps::node_config config, apps::service_maker services,
  const sim::clock_config& clock, random_source random)
    : in_{std::move(environment)}, config_{std::move(config)},
      services_{std::move(services)}, random_{random}, clock_{
                                                         in_.engine->system(), clock} {}

machine::~machine() { TROUPE_ASSERT(!up() && stopped()); }

void machine::trace(const std::string& kind, const std::string& what) {
  in_.trace->add(in_.engine->now(), name(), kind, what);
}

void machine::boot() {
  TROUPE_ASSERT(!up());
  ++life_count_;
  undisturbed_since_ = in_.engine->now();
  trace("boot", std::to_string(life_count_));
  auto next = std::make_unique<life>();
  next->clock.emplace(*in_.engine, clock_, next->gate);
  next->disk.emplace(life_disk_environment{
    in_.engine, &disk_, &pace_, next->gate, random_.fork(), in_.identified});
  auto identity = cluster::begin_incarnation(
    *next->disk, config_.name, config_.cluster_name, random_);
  TROUPE_ASSERT(identity && "a crash was taken for damage of the identity");
  identity_ = *identity;
  next->transport.emplace(*in_.network, name());
  next->watch.emplace(
    *in_.groups, name(), *next->clock, next->gate,
    [this](const std::string& kind, const std::string& what) { trace(kind, what); });
  next->log.emplace(
    log_config{}, [this] { return clock_.wall_time(); },
    [this, gate = next->gate](std::string_view line) {
      if (gate->alive)
        trace("log", std::string{line});
    });
  auto ended = [this, gate = next->gate](const error& why) {
    // In one of its actors: what follows comes between two steps.
    in_.engine->after({}, [this, gate, why] {
      if (!gate->alive)
        return;
      trace("ended", why ? render(why) : "left");
      crash(crash_kind::process);
      in_.ended(why);
    });
  };
  next->node.emplace(
    node_environment(*next), config_, *identity, services_, std::move(ended));
  life_ = std::move(next);
  life_->node->start();
}

apps::node_environment machine::node_environment(life& of) {
  return {
    .engine = &in_.engine->system(),
    .clock = &*of.clock,
    .transport = &*of.transport,
    .codecs = in_.codecs,
    .disk = &*of.disk,
    .open_store = [this, &of](const std::string& x) { return open_store(of, x); },
    .syncs = std::make_shared<storage::inline_sync_pool>(),
    .log = &*of.log,
    .seed = random_(),
    .pid = life_count_,
    .threads = false,
    .observer = &*of.watch};
}

expected<std::shared_ptr<storage::store>>
machine::open_store(life& of, const std::string& directory) {
  if (!of.gate->alive)
    return fail(ec::system, "the process was killed");
  auto& rows = stores_[directory];
  if (!rows)
    rows = std::make_shared<storage::memory_store>();
  return {std::make_shared<life_store>(
    rows, of.gate,
    [&of](const life_store& which, storage::position at, std::uint64_t digest) {
      of.watch->applied(which, at, digest);
    })};
}

void machine::crash(crash_kind how) {
  if (!up())
    return;
  trace(how == crash_kind::power ? "power-loss" : "crash", {});
  in_.network->strike(sim::crash{name()});
  end_life();
  for (auto& [directory, rows] : stores_)
    rows->crash();
  disk_had_failed_ = disk_.has_failed();
  disk_.recover();
  if (how == crash_kind::power)
    disk_.power_loss(random_);
}

void machine::end_life() {
  life_->watch->killed();
  life_->gate->alive = false;
  life_->gate->held.clear();
  auto* ended = past_.emplace_back(std::move(life_)).get();
  ended->node->stop([ended] { ended->stopped = true; });
}

void machine::pause() {
  if (!up() || paused())
    return;
  trace("pause", {});
  life_->gate->paused = true;
  in_.network->strike(sim::pause{name()});
}

void machine::resume() {
  if (!paused())
    return;
  trace("resume", {});
  life_->gate->paused = false;
  undisturbed_since_ = in_.engine->now();
  for (auto& x : std::exchange(life_->gate->held, {}))
    x();
  in_.network->strike(sim::resume{name()});
}

void machine::leave() {
  if (up())
    life_->node->leave();
}

void machine::stop() { crash(crash_kind::process); }

bool machine::stopped() const {
  return std::ranges::all_of(past_, [](const auto& x) { return x->stopped; });
}

bool machine::ready() const {
  return up() && life_->node->phase() == apps::node_phase::ready;
}

std::optional<cluster::charter> machine::charter() {
  if (!identity_)
    return std::nullopt;
  auto found = cluster::read_charter(disk_);
  return found ? *found : std::nullopt;
}

// Behind what was durable nothing tells rot from a torn write.
bool machine::flip_a_bit() {
  TROUPE_ASSERT(!up());
  struct place {
    std::string path;
    std::uint64_t offset = 0;
  };
  auto places = std::vector<place>{};
  const auto node = std::string{storage::shards_directory};
  for (const auto& replica : names_in(disk_, node)) {
    const auto directory = below(node, replica);
    auto hard = storage::hard_file::open(disk_, below(directory, "HARD"));
    if (!hard)
      continue;
    const auto hint = hard->synced_hint();
    const auto log = below(directory, "log");
    for (const auto& segment : names_in(disk_, log)) {
      if (!storage::is_segment(segment))
        continue;
      constexpr auto segment_bytes_max = std::size_t{64} << 20;
      auto bytes = read_file(disk_, below(log, segment), segment_bytes_max);
      if (!bytes)
        continue;
      auto offset = std::uint64_t{storage::segment_header_bytes};
      for (const auto& frame :
           storage::scan_segment(*bytes, *storage::number_of(segment)).frames) {
        if (frame.last() <= hint)
          places.push_back({below(log, segment), offset + random_.below(frame.bytes())});
        offset += frame.bytes();
      }
    }
  }
  if (places.empty())
    return false;
  const auto& [path, offset] = places[random_.below(places.size())];
  trace("bit-flip", path + " at " + std::to_string(offset));
  disk_.flip_bit(path, offset, static_cast<unsigned>(random_.below(8)));
  damaged_ = true;
  return true;
}

void machine::wipe() {
  TROUPE_ASSERT(!up());
  trace("wipe", {});
  disk_.wipe();
  stores_.clear();
  identity_.reset();
  damaged_ = true;
}

} // namespace troupe::lab
