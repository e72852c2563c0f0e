#include "router/resp/cluster_view.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace troupe::router {

namespace {

std::size_t size_of(const std::vector<storage::slot_range>& ranges) {
  auto result = std::size_t{0};
  for (const auto& x : ranges)
    result += std::size_t{x.last.value()} - x.first.value() + 1;
  return result;
}

void sort_and_join(std::vector<storage::slot_range>& ranges) {
  std::ranges::sort(ranges, {}, &storage::slot_range::first);
  auto joined = std::vector<storage::slot_range>{};
  for (const auto& x : ranges) {
    if (!joined.empty() && joined.back().last.next() == x.first)
      joined.back().last = x.last;
    else
      joined.push_back(x);
  }
  ranges = std::move(joined);
}

} // namespace

std::string shown_id(const node_id& x) { return to_string(x) + "00000000"; }

shown_endpoint split_endpoint(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return {};
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  auto port = std::uint16_t{};
  const auto* end = text.data() + text.size();
  auto [stopped, failed] = std::from_chars(text.data() + colon + 1, end, port);
  if (failed != std::errc{} || stopped != end || port == 0 || host.empty())
    return {};
  return {std::string{host}, port};
}

cluster_view::cluster_view(data_map_ptr map, const node_id& self)
    : map_{std::move(map)}, self_{self} {
  TROUPE_ASSERT(map_ != nullptr);
  show_nodes();
  show_masters();
  show_replicas();
}

void cluster_view::show_nodes() {
  for (const auto& [id, x] : map_->nodes()) {
    auto& shown = nodes_[id];
    shown.id = id;
    shown.resp = split_endpoint(x.endpoints.resp);
    shown.link_port = split_endpoint(x.endpoints.link).port;
    shown.present = x.present;
  }
}

void cluster_view::show_masters() {
  for (const auto& [shard, route] : map_->shards()) {
    auto slots = map_->slots_of(shard);
    if (slots.empty())
      continue; // The catalog; clients never see it.
    assigned_count_ += size_of(slots);
    auto master = route.master ? nodes_.find(*route.master) : nodes_.end();
    if (master == nodes_.end())
      continue;
    served_count_ += size_of(slots);
    auto& node = master->second;
    node.slots.insert(node.slots.end(), slots.begin(), slots.end());
    node.at = std::max(node.at, route.at);
    if (!node.resp.empty())
      shards_.push_back({shard, std::move(slots), node.id, {}});
  }
  for (auto& [id, node] : nodes_)
    sort_and_join(node.slots);
}

// By ascending shard, so the first that a node is found in is its lowest.
void cluster_view::show_replicas() {
  for (auto& shard : shards_) {
    for (const auto& id : map_->find(shard.shard)->replicas) {
      auto found = nodes_.find(id);
      if (found == nodes_.end() || !found->second.slots.empty())
        continue;
      auto& node = found->second;
      if (node.present && !node.resp.empty())
        shard.replicas.push_back(id);
      if (!node.master) {
        node.master = shard.master;
        node.at = nodes_.at(shard.master).at;
      }
    }
  }
}

const shown_node* cluster_view::find(const node_id& node) const {
  auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second;
}

bool cluster_view::holds(slot in) const {
  auto shard = map_->shard_of(in);
  const auto* route = shard ? map_->find(*shard) : nullptr;
  return route != nullptr
         && std::ranges::find(route->replicas, self_) != route->replicas.end();
}

std::optional<shown_endpoint> cluster_view::elsewhere(slot in) const {
  auto shard = map_->shard_of(in);
  auto master = shard ? map_->master_of(*shard) : std::nullopt;
  if (!master || *master == self_)
    return std::nullopt;
  const auto* node = find(*master);
  if (node == nullptr || node->resp.empty())
    return std::nullopt;
  return node->resp;
}

std::size_t cluster_view::master_count() const {
  auto count = std::ranges::count_if(
    nodes_, [](const auto& x) { return !x.second.slots.empty(); });
  return static_cast<std::size_t>(count);
}

std::size_t cluster_view::slave_count() const {
  auto result = std::optional<std::size_t>{};
  for (const auto& shard : shards_) {
    auto count
      = std::ranges::count_if(map_->find(shard.shard)->replicas, [&](const node_id& id) {
          const auto* node = find(id);
          return node != nullptr && node->present && id != shard.master;
        });
    result = std::min(result.value_or(map_->nodes().size()), std::size_t(count));
  }
  return result.value_or(0);
}

} // namespace troupe::router
