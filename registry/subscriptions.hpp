/// Who on this node wants to hear of which entries, and how far each has got.
///
/// Each subscriber gets a snapshot, then deltas; its versions count from 1 without a gap,
/// a snapshot included. Keeps counters, not queues: a subscriber that leaves
/// `unacked_max` pushes unacknowledged gets nothing until it has acknowledged all, and
/// then one snapshot of what is true by then. Pushes of one change share their bytes.
/// Not thread-safe. Cost of a change: O(log patterns + subscribers that it concerns).
#pragma once

#include "actors/base/error.hpp"
#include "registry/registry_config.hpp"
#include "registry/view.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace troupe::registry {

/// Names a local subscriber; given by the shell.
using subscriber_id = strong<struct subscriber_id_tag, std::uint64_t>;

/// The entries of one name, or of a whole kind when `name` is empty.
struct pattern {
  entry_kind kind{};
  std::string name;

  friend auto operator<=>(const pattern&, const pattern&) = default;
  friend bool operator==(const pattern&, const pattern&) = default;
};

/// One message to a subscriber.
struct push {
  subscriber_id to;
  std::uint64_t number = 0; ///< One more than the push before, from 1.
  /// Replaces all that the subscriber knows; otherwise the changes follow the push
  /// before.
  bool snapshot = false;
  std::shared_ptr<const std::vector<view_change>> changes; ///< Never null.
};

class subscriptions {
public:
  explicit subscriptions(const registry_config& config)
      : subscribers_max_{config.subscribers_max}, unacked_max_{config.unacked_max} {}

  /// Adds a snapshot to `out`, now or, for a repeat by a subscriber that lags, when it
  /// has caught up. ec::already_exists: it wants something else already. ec::busy: there
  /// are `subscribers_max`.
  [[nodiscard]] error
  add(subscriber_id id, const pattern& wanted, const view& now, std::vector<push>& out);

  /// Unknown ones are ignored: they may have been removed by their death before.
  void remove(subscriber_id id);

  /// Tells everyone concerned of `changes`, which led to the present view.
  void publish(const std::vector<view_change>& changes, std::vector<push>& out);

  /// The subscriber took in all pushes up to `number`. Adds a snapshot to `out` when that
  /// ends its lag. ec::invalid_argument: no such push was sent. ec::not_found.
  [[nodiscard]] error
  acked(subscriber_id id, std::uint64_t number, const view& now, std::vector<push>& out);

  [[nodiscard]] std::size_t size() const { return subscribers_.size(); }

  void check_invariants() const;

private:
  struct subscriber {
    pattern wanted;
    std::uint64_t sent = 0;
    std::uint64_t acked = 0;
    bool lagging = false; ///< It missed changes, and will get a snapshot.
  };
  [[nodiscard]] bool full(const subscriber& x) const {
    return x.sent - x.acked >= unacked_max_;
  }

  using shared_changes = std::shared_ptr<const std::vector<view_change>>;

  [[nodiscard]] static push
  snapshot_for(subscriber_id id, subscriber& x, const view& now);
  void publish_to(
    const pattern& wanted, const shared_changes& changes, std::vector<push>& out);

  std::size_t subscribers_max_;
  std::size_t unacked_max_;
  std::map<subscriber_id, subscriber> subscribers_;
  std::map<pattern, std::set<subscriber_id>> by_pattern_;
};

} // namespace troupe::registry
