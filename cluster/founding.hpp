/// How a cluster begins: one cluster id, agreed by all founders, once and for ever.
///
/// The founders of a new cluster are named in the configuration, the same list on each.
/// The first of the list draws the id, once it has met all others and none knows an id
/// yet; it makes the charter (the id, all founders' node ids, and its own settings)
/// durable before it tells anyone, and never draws again. Everyone else takes the charter
/// of whom it meets and keeps it for ever; who has one never founds.
///
/// Hence two clusters cannot come out of one list, whatever starts when: only one node
/// may draw; it has met all others at that time, so none holds an older charter; and what
/// it drew is durable before anybody hears of it. A founder that lost its disk comes back
/// under a new node id, and joins as a member that the charter does not name. That is so
/// while one other founder keeps the charter on its disk: when all founders who had it
/// come back empty, nothing tells them from founders of a new cluster.
///
/// Pure. Not thread-safe; one per node, for one incarnation of its process.
/// Source: docs/decisions/0004.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/random.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::cluster {

/// A founder as the configuration names it: `n1=host:port`.
struct founder {
  node_name name;
  std::string address;

  friend auto operator<=>(const founder&, const founder&) = default;
};

/// Bytes of `charter::settings`; they travel in every founding message.
inline constexpr std::size_t charter_settings_bytes_max = 4'096;

/// What founding agrees on; durable on every node.
struct charter {
  cluster_id cluster;
  std::vector<node_id> founders; ///< In the order of the configured list.
  /// What else is fixed with the cluster, from the configuration of the node that drew:
  /// bytes of a later folder (`storage/catalog/placement_wire.hpp`), opaque here.
  std::string settings{};

  friend bool operator==(const charter&, const charter&) = default;
};

/// What a node tells whom it meets while either has no charter.
struct founding_message {
  node_name name;                ///< Of the sender.
  std::vector<founder> founders; ///< The sender's list; empty when it is no founder.
  std::optional<charter> agreed; ///< Once the sender has one, durably.

  friend bool operator==(const founding_message&, const founding_message&) = default;
};

struct founding_config {
  /// The founders of the cluster, this node among them, in the same order on each; empty
  /// on a node that joins.
  std::vector<founder> founders{};

  /// Addresses of members to join through, beside those of the founders.
  std::vector<std::string> seeds{};

  /// The charter's settings when this node draws it; ignored when another does. At most
  /// charter_settings_bytes_max.
  std::string settings{};

  /// Time between two rounds of dialling and asking while there is no charter. Shorter
  /// founds sooner and costs a message per founder and round.
  std::chrono::milliseconds retry_interval{200};

  /// None, or ec::invalid_config naming key, value and remedy.
  [[nodiscard]] error validate() const;
};

class founding {
public:
  struct envelope {
    node_id to;
    founding_message message;
  };

  /// What the caller must do, in this order.
  struct output {
    /// Make it durable, then call `stored`.
    std::optional<charter> store;
    std::vector<envelope> sends;
    std::vector<std::string> dials; ///< Dial each; then `met`, or nothing.
    /// This node belongs to the cluster from now on. Told once in an incarnation.
    std::optional<charter> done;
    /// What a person must mend; told once for each peer.
    std::vector<error> complaints;
  };

  /// @param self this node, and what an earlier incarnation made durable.
  /// @pre `config.validate()` is none.
  founding(
    founding_config config, node_id self, node_name name, std::optional<charter> stored,
    random_source random);

  /// Begins. A node that has a charter is done at once.
  [[nodiscard]] output start();

  /// A link with `peer` is up. `dialled` is the address as in `dials`; empty when the
  /// peer dialled us.
  [[nodiscard]] output met(node_id peer, const std::string& dialled);

  [[nodiscard]] output heard(node_id peer, const founding_message& message);

  /// The charter of an earlier output is durable.
  /// @pre there was one.
  [[nodiscard]] output stored();

  /// Asks again; call it every `retry_interval`.
  [[nodiscard]] output tick();

  /// Null until it is durable.
  [[nodiscard]] const std::optional<charter>& agreed() const { return agreed_; }

private:
  [[nodiscard]] founding_message introduction() const;
  [[nodiscard]] bool in_list(const node_name& x) const;
  [[nodiscard]] bool reaches(const std::string& address) const;
  void note_founder(output& out, node_id peer, const founding_message& message);
  void draw_if_due(output& out);

  founding_config config_;
  node_id self_;
  node_name name_;
  random_source random_;
  std::optional<charter> agreed_;
  std::optional<charter> storing_;
  std::map<node_name, node_id> founders_; // Met, with equal lists; this node too.
  std::set<node_id> peers_;
  std::map<std::string, node_id> reached_; // Who was met last behind an address.
  std::set<node_id> speaking_;             // Met or heard since the last tick.
  std::set<node_id> complained_;
};

} // namespace troupe::cluster
