#include "apps/lab/world/replica_watch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::lab {

using namespace storage;

namespace {

/// The whole log as it is on disk.
std::vector<record_ptr> records_in(const shard_log& log) {
  constexpr auto read_bytes = std::size_t{1} << 20;
  auto result = std::vector<record_ptr>{};
  for (auto next = log.base().seq.next(); next <= log.end().seq;) {
    auto some = log.read(next, read_bytes);
    if (!some || some->empty())
      return result; // The checker misses what was durable.
    result.insert(result.end(), some->begin(), some->end());
    next = result.back()->at.seq.next();
  }
  return result;
}

std::string state_words(const replica_state& s) {
  return std::string{s.quarantined ? "quarantined " : ""}
         + std::string{to_string(s.role())} + " of epoch " + to_string(s.at) + ", log "
         + to_string(s.log.base()) + " to " + to_string(s.log.end()) + ", durable "
         + to_string(s.durable) + ", commit " + to_string(s.commit) + ", applied "
         + to_string(s.applied);
}

} // namespace

// -- the groups
// -------------------------------------------------------------------------------

template <class Check>
void group_checks::check(shard_id shard, Check check) {
  try {
    check(groups_[shard]);
  } catch (const property_violated& broken) {
    violated_(std::string{broken.what()} + " (shard " + to_string(shard) + ")");
  }
}

void group_checks::acknowledged(shard_id shard, position at) {
  check(shard, [&](const replication_checker& x) { x.acknowledged(at); });
}

void group_checks::check_leases(shard_id shard) {
  if (!leases_checked_)
    return;
  auto holders = std::size_t{0};
  for (const auto* watch : watches_) {
    auto found = watch->replicas_.find(shard);
    if (
      found != watch->replicas_.end() && !found->second.core->state().quarantined
      && holds_lease(*found->second.core, watch->clock_->now()))
      ++holders;
  }
  check(shard, [&](const replication_checker&) { replication_checker::leases(holders); });
}

std::size_t group_checks::election_count() const {
  auto result = std::size_t{0};
  for (const auto& [shard, group] : groups_)
    result += group.election_count();
  return result;
}

std::size_t group_checks::truncation_count() const {
  auto result = std::size_t{0};
  for (const auto& [shard, group] : groups_)
    result += group.truncation_count();
  return result;
}

const replica_watch* group_checks::master_of(shard_id shard) const {
  auto newest = epoch{0};
  const replica_watch* result = nullptr;
  for (const auto* watch : watches_) {
    auto found = watch->replicas_.find(shard);
    if (found == watch->replicas_.end())
      continue;
    const auto& s = found->second.core->state();
    if (s.master && s.at >= newest) {
      newest = s.at;
      result = watch;
    }
  }
  return result;
}

std::set<shard_id> group_checks::shards() const {
  auto result = std::set<shard_id>{};
  for (const auto& [shard, group] : groups_)
    result.insert(shard);
  return result;
}

std::string group_checks::describe() const {
  auto result = std::string{};
  for (auto shard : shards())
    for (const auto* watch : watches_)
      if (auto found = watch->replicas_.find(shard); found != watch->replicas_.end())
        result += "\n  shard " + to_string(shard) + " at " + watch->node() + ": "
                  + state_words(found->second.core->state());
  return result;
}

bool group_checks::converged() const {
  return std::ranges::all_of(shards(), [this](shard_id shard) {
    auto end = std::optional<position>{};
    for (const auto* watch : watches_) {
      auto found = watch->replicas_.find(shard);
      if (found == watch->replicas_.end() || found->second.core->state().quarantined)
        continue;
      const auto& s = found->second.core->state();
      if (s.applied != s.log.end().seq || (end && *end != s.log.end()))
        return false;
      end = s.log.end();
    }
    return end.has_value();
  });
}

// -- one life
// ---------------------------------------------------------------------------------

replica_watch::replica_watch(
  group_checks& groups, std::string node, const actors::node_clock& clock,
  life_gate_ptr gate, event_hook trace)
    : groups_{&groups}, node_{std::move(node)}, clock_{&clock}, gate_{std::move(gate)},
      trace_{std::move(trace)} {
  groups_->watches_.push_back(this);
}

replica_watch::~replica_watch() { std::erase(groups_->watches_, this); }

void replica_watch::started(const replica& core, const opened_replica& found) {
  if (!gate_->alive)
    return;
  const auto shard = core.state().self.who.shard;
  replicas_[shard] = {&core, found.files, found.rows.get()};
  trace_("replica", "starts, shard " + to_string(shard));
  if (!found.files)
    return;
  const auto& log = found.files->log();
  groups_->check(shard, [&](replication_checker& x) {
    x.started(core.state().id(), log.base(), records_in(log), found.files->hard());
  });
}

void replica_watch::handled(const replica& core, const replica_output& out) {
  if (!gate_->alive)
    return;
  const auto& s = core.state();
  const auto shard = s.self.who.shard;
  trace_(
    "replica", to_string(shard) + " " + std::string{to_string(s.role())} + " "
                 + to_string(s.at) + " " + to_string(s.log.end()) + " "
                 + to_string(s.commit));
  groups_->check(shard, [&](replication_checker& x) { x.handled(core, out); });
  groups_->check_leases(shard);
}

void replica_watch::sending(const replica& core, const message& m) {
  if (!gate_->alive)
    return;
  const auto shard = core.state().self.who.shard;
  const auto& files = replicas_.at(shard).files;
  if (!files)
    return;
  groups_->check(shard, [&](replication_checker& x) {
    x.sent(m, files->hard(), files->log().durable(), core.state().quarantined);
  });
}

void replica_watch::ended(const replica& core) {
  const auto found = replicas_.find(core.state().self.who.shard);
  if (found == replicas_.end() || found->second.core != &core)
    return;
  if (found->second.files)
    groups_->check(found->first, [&](replication_checker& x) {
      // A cut may be under way: the log has it on disk, and does not say so yet. The core
      // believes in no more than what will be left.
      x.stopped(
        core.state().id(),
        std::min(found->second.files->log().durable(), core.state().durable));
    });
  replicas_.erase(found);
}

void replica_watch::applied(const store& which, position at, std::uint64_t digest) {
  for (const auto& [shard, x] : replicas_)
    if (x.rows == &which)
      groups_->check(shard, [&, core = x.core](replication_checker& checker) {
        checker.applied(core->state().id(), at, digest);
      });
}

void replica_watch::killed() {
  while (!replicas_.empty())
    ended(*replicas_.begin()->second.core);
  std::erase(groups_->watches_, this);
}

std::size_t replica_watch::mastership_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(
    replicas_, [](const auto& x) { return x.second.core->state().master.has_value(); }));
}

} // namespace troupe::lab
