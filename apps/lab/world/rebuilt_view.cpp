#include "apps/lab/world/rebuilt_view.hpp"

#include <utility>

namespace troupe::lab {

namespace {

registry::view::place place_of(const registry::view_entry& x) {
  return {x.key.kind, x.key.name, x.owner, x.key.instance};
}

std::string words(const registry::view_entry& x) {
  return registry::to_string(x.key) + " of " + registry::to_string(x.owner);
}

} // namespace

std::optional<std::string> rebuilt_view::take(const registry::push& x) {
  if (x.number != ++last_number_)
    return "push " + std::to_string(x.number) + " comes as number "
           + std::to_string(last_number_);
  if (doubt_ && !x.snapshot)
    return "push " + std::to_string(x.number)
           + " is no snapshot, though changes were left out: " + *doubt_;
  if (x.snapshot) {
    known_.clear();
    doubt_.reset();
  }
  for (const auto& one : *x.changes)
    if (auto wrong = change(one))
      return "push " + std::to_string(x.number) + ": " + *wrong;
  return std::nullopt;
}

std::optional<std::string> rebuilt_view::change(const registry::view_change& x) {
  const auto found = known_.find(place_of(x.entry));
  if (x.removed) {
    if (found == known_.end())
      return words(x.entry) + " is removed and was never there";
    if (found->second != x.entry)
      return words(x.entry) + " is removed as it never was";
    known_.erase(found);
    return std::nullopt;
  }
  if (found != known_.end() && found->second == x.entry)
    return words(x.entry) + " is as it was";
  known_.insert_or_assign(place_of(x.entry), x.entry);
  return std::nullopt;
}

void rebuilt_view::compare(const std::vector<registry::view_entry>& served) {
  auto left = known_;
  for (const auto& x : served) {
    const auto found = left.extract(place_of(x));
    if (found.empty())
      doubt_ = words(x) + " is served and was not pushed";
    else if (found.mapped() != x)
      doubt_ = words(x) + " is served otherwise than pushed";
  }
  if (!left.empty())
    doubt_ = words(left.begin()->second) + " was pushed and is not served";
}

} // namespace troupe::lab
