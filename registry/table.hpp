/// The registry's replicated state: every owner's versioned map, within limits.
///
/// A value, not thread-safe. Merging is commutative, associative and idempotent over
/// states, and no owner ever gets older. It knows nothing of liveness or subscribers.
/// Source: design section 5; Scuttlebutt.
#pragma once

#include "actors/base/error.hpp"
#include "registry/owner_table.hpp"
#include "registry/registry_config.hpp"

#include <functional>
#include <map>
#include <vector>

namespace troupe::registry {

/// Deltas for one message.
struct offer {
  std::vector<owner_delta> deltas;
  bool more = false; ///< The byte limit left something out.
};

class table {
public:
  explicit table(const registry_config& config) : config_{config} {}

  [[nodiscard]] const std::map<owner_id, owner_table>& owners() const { return owners_; }
  [[nodiscard]] const owner_table* find(const owner_id& owner) const;
  /// Where `owner` stands here; all zero when it is unknown.
  [[nodiscard]] version current(const owner_id& owner) const;

  /// Makes an empty map for `owner` that stands at `start`.
  /// @pre `owner` is unknown.
  void found(const owner_id& owner, version start);

  /// Writes a value for an owner that lives here. ec::invalid_argument: no name or kind.
  /// ec::too_large: key or value. ec::busy: the owner holds as much as it may.
  /// @pre `at` is after `current(owner)`, and `owner` is known.
  [[nodiscard]] error put(
    const owner_id& owner, const entry_key& key, byte_buffer value, version at,
    time_point now);

  /// Buries an entry. ec::not_found when there is none.
  /// @pre As for `put`.
  [[nodiscard]] error
  erase(const owner_id& owner, const entry_key& key, version at, time_point now);

  /// Merges what another replica has, or refuses all of it. ec::malformed: see
  /// `check_shape`. ec::too_large and ec::busy: it exceeds a limit.
  [[nodiscard]] expected<merge_result> merge(const owner_delta& delta, time_point now);

  /// What the sender of `have` lacks, owner by owner from `first` on and round, in at
  /// most delta_bytes_max. Only owners for which `offered` holds.
  [[nodiscard]] offer lacking(
    const digest& have, const owner_id& first,
    const std::function<bool(const owner_id&)>& offered) const;

  /// Drops all tombstones that were taken in at `until` or before.
  void drop_tombstones(time_point until);
  void forget(const owner_id& owner) { owners_.erase(owner); }

  void check_invariants() const;

private:
  [[nodiscard]] error check_limits(const owner_delta& delta) const;
  [[nodiscard]] error check_entry(const entry_key& key, std::size_t value_bytes) const;

  registry_config config_;
  std::map<owner_id, owner_table> owners_;
};

} // namespace troupe::registry
