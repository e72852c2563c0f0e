/// What the registry serves: the live entries of the owners that are served, by name.
///
/// A value that the registry keeps equal to its table and its watch. Cost: O(log
/// entries).
#pragma once

#include "actors/base/bytes.hpp"
#include "registry/key.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::registry {

/// An entry as readers see it.
struct view_entry {
  entry_key key;
  owner_id owner;
  version written;
  byte_buffer value;
  /// Its owner is said to be dead, and it is not believed yet: use it after others.
  bool unconfirmed = false;

  friend bool operator==(const view_entry&, const view_entry&) = default;
};

struct view_change {
  view_entry entry; ///< When removed: as it was last.
  bool removed = false;

  friend bool operator==(const view_change&, const view_change&) = default;
};

class view {
public:
  /// By kind, then name, so that a pattern is a range.
  struct place {
    entry_kind kind{};
    std::string name;
    owner_id owner;
    std::string instance;

    friend auto operator<=>(const place&, const place&) = default;
    friend bool operator==(const place&, const place&) = default;
  };

  /// Serves `x`; notes a change unless it is served so already.
  void show(view_entry x, std::vector<view_change>& changes);
  /// Serves it no longer; notes a change if it was.
  void
  hide(const owner_id& owner, const entry_key& key, std::vector<view_change>& changes);

  /// The entries of a kind and name, or of the whole kind when `name` is empty.
  [[nodiscard]] std::vector<view_entry>
  select(entry_kind kind, std::string_view name) const;

  /// The nodes that own those of a kind and name.
  [[nodiscard]] std::set<node_id> owners(entry_kind kind, std::string_view name) const;

  [[nodiscard]] const std::map<place, view_entry>& entries() const { return entries_; }

private:
  std::map<place, view_entry> entries_;
};

} // namespace troupe::registry
