/// What holds of a registry after every input. Reads as its specification.
#include "actors/base/assert.hpp"
#include "registry/registry_core.hpp"

namespace troupe::registry {

void registry_core::check_invariants() const {
  table_.check_invariants();
  watch_.check_invariants();
  subscriptions_.check_invariants();

  // This node's own map is of this incarnation, whatever others say of it.
  TROUPE_ASSERT(version_of(self()).era == incarnation_.value());
  TROUPE_ASSERT(watch_.find(self_) == nullptr);

  // What is served is exactly the live entries of the owners that are served.
  auto count = std::size_t{0};
  for (const auto& [owner, x] : table_.owners())
    for (const auto& [key, record] : x.records()) {
      if (!record.live() || !served(owner))
        continue;
      ++count;
      auto found = view_.entries().find({key.kind, key.name, owner, key.instance});
      TROUPE_ASSERT(found != view_.entries().end());
      TROUPE_ASSERT(found->second == served_as(owner, key, record));
    }
  TROUPE_ASSERT(count == view_.entries().size());

  // Every owner in the table is watched, so that it ends one day; one that left has
  // nothing of that incarnation.
  for (const auto& [owner, x] : table_.owners()) {
    if (owner.is_catalog() || owner == self())
      continue;
    TROUPE_ASSERT(watch_.find(owner.node()) != nullptr);
    TROUPE_ASSERT(!left_by(owner, x.current().era));
  }

  // How far a peer is, is remembered only as long as the peer is.
  for (const auto& [node, known] : peers_)
    TROUPE_ASSERT(watch_.find(node) != nullptr);
}

} // namespace troupe::registry
