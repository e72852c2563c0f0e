#include "registry/view.hpp"

#include <utility>

namespace troupe::registry {

void view::show(view_entry x, std::vector<view_change>& changes) {
  auto at = place{x.key.kind, x.key.name, x.owner, x.key.instance};
  auto found = entries_.find(at);
  if (found != entries_.end() && found->second == x)
    return;
  changes.push_back({x, false});
  entries_.insert_or_assign(std::move(at), std::move(x));
}

void view::hide(
  const owner_id& owner, const entry_key& key, std::vector<view_change>& changes) {
  auto found = entries_.find({key.kind, key.name, owner, key.instance});
  if (found == entries_.end())
    return;
  changes.push_back({std::move(found->second), true});
  entries_.erase(found);
}

std::vector<view_entry> view::select(entry_kind kind, std::string_view name) const {
  auto result = std::vector<view_entry>{};
  for (auto i = entries_.lower_bound({kind, std::string{name}, {}, {}});
       i != entries_.end() && i->first.kind == kind
       && (name.empty() || i->first.name == name);
       ++i)
    result.push_back(i->second);
  return result;
}

std::set<node_id> view::owners(entry_kind kind, std::string_view name) const {
  auto result = std::set<node_id>{};
  for (auto i = entries_.lower_bound({kind, std::string{name}, {}, {}});
       i != entries_.end() && i->first.kind == kind && i->first.name == name; ++i)
    if (!i->first.owner.is_catalog())
      result.insert(i->first.owner.node());
  return result;
}

} // namespace troupe::registry
