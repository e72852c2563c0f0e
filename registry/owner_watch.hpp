/// Decides whose entries are served: membership's word, doubted when it is too bad to be
/// true, and then settled by probes.
///
/// Pure; one instance serves one registry. Only the incarnation that membership says is
/// up has its entries served. A loss is doubted when more than `vanished_ratio_max` of
/// all providers vanish within `detection_window`, or when a service's last provider
/// does: the owners lost in that window become unconfirmed, stay served, and are probed
/// directly. What ends it is evidence (a probe, membership, a deregistration), never
/// time. Cost: O(log owners), a loss O(providers). Source: design section 5 and decision
/// 6; the idea of self-preservation is Eureka's.
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"
#include "registry/registry_config.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::registry {

enum class owner_state : std::uint8_t {
  unknown,     ///< Heard of through the registry alone; hidden.
  up,          ///< Membership says alive; served.
  unconfirmed, ///< Membership says dead, which is doubted; served, flagged, probed.
  vouched,     ///< Membership says dead, but it answered our probe; served, probed again.
  down,        ///< Dead; hidden.
  left,        ///< Left for good in this incarnation; its entries are gone.
};

[[nodiscard]] std::string_view to_string(owner_state state);

/// The services of each owner's entries of kind provider, one element per entry.
using provider_census = std::map<node_id, std::vector<std::string_view>>;

class owner_watch {
public:
  /// An incarnation of an owner, the latest heard of.
  struct owner {
    troupe::incarnation incarnation;
    owner_state state = owner_state::unknown;
    time_point since;                   ///< When it came into this state.
    std::optional<time_point> vanished; ///< Lost then, and no evidence of death since.
    time_point probe_due;

    [[nodiscard]] bool served() const {
      return state == owner_state::up || state == owner_state::unconfirmed
             || state == owner_state::vouched;
    }
    [[nodiscard]] bool disputed() const {
      return state == owner_state::unconfirmed || state == owner_state::vouched;
    }
  };

  struct probe {
    node_id node;
    troupe::incarnation incarnation;
    friend bool operator==(const probe&, const probe&) = default;
  };

  explicit owner_watch(const registry_config& config) : config_{config} {}

  // Each returns the nodes whose state changed. News of an older incarnation changes
  // nothing.

  /// Its entries were seen. Unknown unless membership said more.
  void heard_of(const node_id& node, troupe::incarnation incarnation, time_point now);
  [[nodiscard]] std::vector<node_id>
  up(const node_id& node, troupe::incarnation incarnation, time_point now);
  /// @param census all owners' providers, `node`'s among them.
  [[nodiscard]] std::vector<node_id> down(
    const node_id& node, troupe::incarnation incarnation, const provider_census& census,
    time_point now);
  [[nodiscard]] std::vector<node_id>
  left(const node_id& node, troupe::incarnation incarnation, time_point now);
  /// A probe of ours was answered, or failed. Changes only a disputed incarnation.
  [[nodiscard]] std::vector<node_id> probed(
    const node_id& node, troupe::incarnation incarnation, bool answered, time_point now);

  /// The disputed incarnations that are to be probed now, each once per `probe_interval`.
  [[nodiscard]] std::vector<probe> due_probes(time_point now);
  [[nodiscard]] std::optional<time_point> next_probe() const;

  [[nodiscard]] const std::map<node_id, owner>& owners() const { return owners_; }
  [[nodiscard]] const owner* find(const node_id& node) const;
  void forget(const node_id& node) { owners_.erase(node); }

  void check_invariants() const;

private:
  void doubt(
    const node_id& lost, const provider_census& census, time_point now,
    std::vector<node_id>& changed);
  [[nodiscard]] std::set<node_id>
  lost_lately(const provider_census& census, time_point now) const;
  [[nodiscard]] bool
  too_many(const std::set<node_id>& lost, const provider_census& census) const;
  [[nodiscard]] bool
  served_by_anyone(std::string_view service, const provider_census& census) const;

  registry_config config_;
  std::map<node_id, owner> owners_;
};

} // namespace troupe::registry
