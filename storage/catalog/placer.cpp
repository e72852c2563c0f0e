#include "storage/catalog/placer.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/bytes.hpp"
#include "storage/catalog/placement_wire.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace troupe::storage {

namespace {

std::size_t count_of(const std::map<node_id, std::size_t>& counts, const node_id& node) {
  auto found = counts.find(node);
  return found == counts.end() ? 0 : found->second;
}

/// How many replicas, and first members among them, each node has got so far.
class node_loads {
public:
  node_loads(const std::vector<node_id>& nodes, const placed_shards& placed) {
    for (const auto& node : nodes)
      loads_.push_back(
        {node, count_of(placed.replica_count, node), count_of(placed.first_count, node),
         loads_.size()});
  }

  /// The nodes of one more shard, its first member first. Which nodes have the fewest
  /// first members must not decide whom it takes: then those would not spread evenly.
  std::vector<node_id> take(std::size_t count) {
    TROUPE_ASSERT(count > 0 && count <= loads_.size());
    std::ranges::sort(loads_, {}, [](const load& x) {
      return std::tuple{x.replicas, x.order};
    });
    auto chosen = std::span{loads_}.first(count);
    std::ranges::sort(chosen, {}, [](const load& x) {
      return std::tuple{x.firsts, x.replicas, x.order};
    });
    ++chosen.front().firsts;
    auto result = std::vector<node_id>{};
    for (auto& x : chosen) {
      ++x.replicas;
      result.push_back(x.node);
    }
    return result;
  }

private:
  struct load {
    node_id node;
    std::size_t replicas = 0;
    std::size_t firsts = 0;
    std::size_t order = 0; // Decides what is equal otherwise.
  };

  std::vector<load> loads_;
};

founding founding_on(
  const std::vector<node_id>& nodes, const shard_timing& timing, slot_range slots) {
  auto result = founding{{{}, timing}, {slots}};
  for (const auto& node : nodes) {
    auto number = std::uint64_t{result.config.members.size() + 1};
    result.config.members.push_back({replica_id{number}, node, member_role::voter});
  }
  return result;
}

std::string nodes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " node is" : " nodes are");
}

} // namespace

// -- what to place
// ------------------------------------------------------------------------------

placed_shards placed_in(const std::vector<catalog_entry>& entries) {
  auto result = placed_shards{};
  for (const auto& x : entries) {
    result.slots = result.slots || x.key == slot_map_key;
    auto shard = shard_of_placement_key(x.key);
    if (!shard)
      continue;
    result.shards.insert(*shard);
    auto found = decode_placement(as_bytes(x.value));
    if (!found)
      continue;
    const auto& members = found->with.config.members;
    for (const auto& member : members)
      ++result.replica_count[member.node];
    ++result.first_count[members.front().node];
  }
  return result;
}

slot_map initial_slots(std::uint32_t shard_count) {
  auto bound = [&](std::uint32_t number) {
    return static_cast<std::uint16_t>(number * slot_count / shard_count);
  };
  auto result = slot_map{};
  for (auto number = std::uint32_t{0}; number < shard_count; ++number) {
    auto last = static_cast<std::uint16_t>(bound(number + 1) - 1);
    result.ranges.push_back({{slot{bound(number)}, slot{last}}, shard_id{number + 1}});
  }
  return result;
}

std::vector<catalog_put> plan_placements(
  const storage_genesis& genesis, const std::vector<node_id>& nodes,
  const placed_shards& placed) {
  auto slots = initial_slots(genesis.shard_count);
  auto loads = node_loads{nodes, placed};
  auto result = std::vector<catalog_put>{};
  for (const auto& range : slots.ranges) {
    if (placed.shards.contains(range.shard))
      continue;
    auto members = loads.take(genesis.replica_count);
    auto value
      = placement{range.shard, founding_on(members, genesis.timing, range.slots)};
    result.push_back({placement_key(range.shard), encode(value), is_absent{}});
  }
  // The map sends clients to shards, so those must be on their way to be there.
  if (result.empty() && !placed.slots)
    result.push_back({slot_map_key, encode(slots), is_absent{}});
  return result;
}

// -- when to place
// ------------------------------------------------------------------------------

placer::output placer::mastership(bool held, time_point now) {
  auto out = output{};
  if (!held) {
    rest(phase::idle);
    tell(out, {});
  } else if (phase_ == phase::idle) {
    retry_after_ = {};
    founders_until_ = now + config_.founders_within;
    read(out, now);
  }
  return out;
}

placer::output
placer::member(const node_id& node, const node_name& name, bool alive, time_point now) {
  auto out = output{};
  if (alive)
    alive_.insert_or_assign(node, name);
  else
    alive_.erase(node);
  if (phase_ == phase::waiting)
    plan(out, now);
  return out;
}

placer::output placer::listed(const std::vector<catalog_entry>& entries, time_point now) {
  auto out = output{};
  if (phase_ != phase::reading)
    return out;
  retry_after_ = {};
  placed_ = placed_in(entries);
  plan(out, now);
  return out;
}

// Reading again shows what is there now, whoever has put it.
placer::output placer::written(time_point now) {
  auto out = output{};
  if (phase_ == phase::writing)
    read(out, now);
  return out;
}

placer::output placer::failed(time_point now) {
  auto out = output{};
  if (phase_ != phase::reading && phase_ != phase::writing)
    return out;
  retry_after_ = std::clamp(2 * retry_after_, config_.retry_min, config_.retry_max);
  phase_ = phase::retrying;
  due_ = out.wake_at = now + retry_after_;
  return out;
}

placer::output placer::tick(time_point now) {
  auto out = output{};
  if (now < due_) {
    out.wake_at = due_;
    return out;
  }
  if (phase_ == phase::waiting)
    plan(out, now);
  else if (phase_ == phase::retrying)
    read(out, now);
  else
    return failed(now); // An answer is overdue.
  return out;
}

void placer::read(output& out, time_point now) {
  phase_ = phase::reading;
  out.list = true;
  due_ = out.wake_at = now + config_.answer_within;
}

void placer::plan(output& out, time_point now) {
  if (!all_placed()) {
    if (alive_.size() < genesis_.replica_count) {
      wait(
        out, std::to_string(genesis_.replica_count) + " replicas asked for, "
               + nodes_text(alive_.size())
               + " alive; start another node or found with fewer replicas");
      return;
    }
    if (founders_alive() < founders_.size() && now < founders_until_) {
      wait(
        out, std::to_string(founders_alive()) + " of " + std::to_string(founders_.size())
               + " founders are alive; the others are waited for a moment longer");
      due_ = out.wake_at = founders_until_;
      return;
    }
  }
  tell(out, {});
  out.puts = plan_placements(genesis_, candidates(), placed_);
  if (out.puts.empty()) {
    rest(phase::done);
    return;
  }
  phase_ = phase::writing;
  due_ = out.wake_at = now + config_.answer_within;
}

void placer::wait(output& out, const std::string& why) {
  rest(phase::waiting);
  tell(out, "shards wait: " + why);
}

void placer::rest(phase x) {
  phase_ = x;
  due_ = time_point::max();
}

std::vector<node_id> placer::candidates() const {
  auto result = std::vector<node_id>{};
  for (const auto& founder : founders_)
    if (alive_.contains(founder))
      result.push_back(founder);
  auto others = std::set<std::pair<node_name, node_id>>{};
  for (const auto& [node, name] : alive_)
    if (std::ranges::find(founders_, node) == founders_.end())
      others.insert({name, node});
  for (const auto& [name, node] : others)
    result.push_back(node);
  return result;
}

std::size_t placer::founders_alive() const {
  return static_cast<std::size_t>(std::ranges::count_if(
    founders_, [this](const node_id& x) { return alive_.contains(x); }));
}

bool placer::all_placed() const {
  for (auto number = std::uint32_t{1}; number <= genesis_.shard_count; ++number)
    if (!placed_.shards.contains(shard_id{number}))
      return false;
  return true;
}

void placer::tell(output& out, std::string status) {
  if (status == status_)
    return;
  status_ = std::move(status);
  out.status = status_;
}

} // namespace troupe::storage
