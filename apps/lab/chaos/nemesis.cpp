#include "apps/lab/chaos/nemesis.hpp"

#include "apps/lab/chaos/cluster_probe.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto length_min = duration{500ms};
constexpr auto length_max = duration{3s};

bool is_of_nodes(const std::string& kind) {
  return kind == "kill" || kind == "kill_all" || kind == "restart" || kind == "pause"
         || kind == "starve" || kind == "disk_full";
}

duration length_of(const planned_fault& fault, random_source& random) {
  const auto drawn = random.between(length_min, length_max);
  return fault.kind == "restart" ? duration::zero() : fault.length.value_or(drawn);
}

} // namespace

nemesis::nemesis(
  chaos_world& world, const run_clock& clock, fault_plan plan, listener tell)
    : world_{world}, clock_{clock}, plan_{std::move(plan)}, tell_{std::move(tell)} {}

std::optional<duration> nemesis::next() const {
  auto result = std::optional<duration>{};
  if (next_fault_ < plan_.size())
    result = plan_[next_fault_].at;
  if (!ends_.empty())
    result = std::min(result.value_or(duration::max()), ends_.begin()->first);
  return result;
}

error nemesis::act() {
  for (;;) {
    const auto now = clock_.now();
    if (!ends_.empty() && ends_.begin()->first <= now) {
      if (auto trouble = end(ends_.begin()->second))
        return trouble;
    } else if (next_fault_ < plan_.size() && plan_[next_fault_].at <= now) {
      if (auto trouble = begin(plan_[next_fault_++]))
        return trouble;
    } else {
      return {};
    }
  }
}

error nemesis::heal() {
  next_fault_ = plan_.size();
  while (!grips_.empty())
    if (auto trouble = end(grips_.begin()->first))
      return trouble;
  for (std::size_t i = 0; i < world_.nodes().size(); ++i)
    if (auto trouble = world_.start(i))
      return trouble;
  return {};
}

std::vector<std::string> nemesis::deaths() {
  auto result = std::vector<std::string>{};
  for (std::size_t i = 0; i < world_.nodes().size(); ++i)
    if (const auto how = taken_.contains(i) ? std::nullopt : world_.ended_by_itself(i))
      result.push_back(world_.nodes()[i].name + " " + *how);
  return result;
}

error nemesis::begin(const planned_fault& fault) {
  const auto place = strikes_.size();
  auto random = random_source{fault.seed};
  const auto length = length_of(fault, random);
  strikes_.push_back({fault, clock_.now(), std::nullopt, {}});
  auto held = grip{};
  if (auto trouble = take_hold(strikes_.back(), random, held))
    return trouble;
  strikes_[place].begun = clock_.now(); // Finding a master takes time.
  for (const auto node : held.nodes)
    strikes_[place].nodes.push_back(world_.nodes()[node].name);
  tell_(to_string(strikes_[place]));
  if (!strikes_[place].struck())
    return {};
  grips_.emplace(place, std::move(held));
  ends_.emplace(strikes_[place].begun + length, place);
  return set_links();
}

error nemesis::end(std::size_t place) {
  const auto held = std::move(grips_.extract(place).mapped());
  std::erase_if(ends_, [place](const auto& x) { return x.second == place; });
  for (const auto node : held.nodes) {
    if (held.release == nullptr)
      break;
    if (auto trouble = (this->*held.release)(node))
      return trouble;
    taken_.erase(node);
  }
  if (auto trouble = set_links())
    return trouble;
  strikes_[place].ended = clock_.now();
  tell_("ended: " + to_string(strikes_[place]));
  return {};
}

error nemesis::take_hold(const strike& what, random_source& random, grip& result) {
  const auto& kind = what.fault.kind;
  if (kind == "kill_all") {
    for (const auto node : free_nodes())
      if (auto trouble = take_node(kind, node, result))
        return trouble;
    return {};
  }
  const auto target = target_of(what.fault, random);
  if (!target)
    return {};
  if (is_of_nodes(kind))
    return take_node(kind, *target, result);
  auto fault = make_link_fault(kind, *target, world_.nodes().size(), random);
  if (fault.rules.empty())
    return {}; // Of so few nodes it cuts nothing.
  result.links = std::move(fault.rules);
  result.nodes = std::move(fault.nodes);
  return {};
}

error nemesis::take_node(const std::string& kind, std::size_t node, grip& result) {
  result.nodes.push_back(node);
  taken_.insert(node);
  if (kind == "pause") {
    result.release = &nemesis::go_on;
    return world_.pause(node);
  }
  if (kind == "starve") {
    result.release = &nemesis::give_time;
    return world_.starve(node);
  }
  if (kind == "disk_full") {
    result.release = &nemesis::give_room;
    return take_room(node);
  }
  result.release = &nemesis::start_again;
  return world_.kill(node);
}

/// A node allocates its logs ahead, and would not notice for long: it is started again,
/// for which it needs room.
error nemesis::take_room(std::size_t node) {
  if (auto trouble = world_.fill_disk(node))
    return trouble;
  if (auto trouble = world_.kill(node))
    return trouble;
  return world_.start(node);
}

/// It may have ended for want of room.
error nemesis::give_room(std::size_t node) {
  if (auto trouble = world_.free_disk(node))
    return trouble;
  static_cast<void>(world_.ended_by_itself(node)); // That was the fault's doing.
  return world_.start(node);
}

error nemesis::set_links() {
  auto wanted = link_rules{};
  for (const auto& [place, held] : grips_)
    for (const auto& [link, rule] : held.links)
      wanted[link] = combine(wanted[link], rule);
  for (const auto& [link, rule] : links_)
    wanted.try_emplace(link); // Back to what is usual.
  for (const auto& [link, rule] : wanted) {
    if (links_[link] == rule)
      continue;
    if (auto trouble = world_.set_link(link.first, link.second, rule))
      return trouble;
  }
  links_ = std::move(wanted);
  return {};
}

std::optional<std::size_t>
nemesis::target_of(const planned_fault& fault, random_source& random) const {
  const auto free = free_nodes();
  if (free.empty())
    return std::nullopt;
  if (!fault.target)
    return free[random.below(free.size())];
  constexpr auto master = std::string_view{"master:"};
  auto name = *fault.target;
  if (name.starts_with(master)) {
    auto asked = std::vector<apps::local_node>{};
    for (const auto node : free)
      asked.push_back(world_.nodes()[node]);
    name = find_master(asked, std::stoull(name.substr(master.size()))).value_or("");
  }
  const auto found = std::ranges::find_if(
    free, [&](std::size_t node) { return world_.nodes()[node].name == name; });
  return found == free.end() ? std::nullopt : std::optional{*found};
}

std::vector<std::size_t> nemesis::free_nodes() const {
  auto result = std::vector<std::size_t>{};
  for (std::size_t i = 0; i < world_.nodes().size(); ++i)
    if (!taken_.contains(i) && world_.runs(i))
      result.push_back(i);
  return result;
}

} // namespace troupe::lab
