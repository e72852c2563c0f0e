/// Everything that a node can be told, and what the settings mean together.
///
/// Plain values. `load_config.hpp` fills them from file, environment and command line;
/// `config_keys.hpp` names them; `troupe.toml.example` explains them to people.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/log.hpp"
#include "cluster/link_config.hpp"
#include "cluster/membership_config.hpp"
#include "monitor/http_door_config.hpp"
#include "registry/registry_config.hpp"
#include "router/call_table.hpp"
#include "router/data/data_calls.hpp"
#include "router/data/data_router_config.hpp"
#include "router/data/forwards.hpp"
#include "router/invocation_log.hpp"
#include "router/resp/session.hpp"
#include "router/resp_door_config.hpp"
#include "storage/storage_config.hpp"
#include "storage/store_config.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::apps {

/// One of the nodes that create the cluster (docs/decisions/0004-founding.md).
struct founder {
  node_name name;
  actors::address link; ///< Where the others dial it.

  friend auto operator<=>(const founder&, const founder&) = default;
};

/// Where a port of this node is.
struct endpoint_config {
  /// Where to accept connections.
  actors::address listen;

  /// Where others are told to connect. No host: the same as `listen`.
  actors::address advertise;
};

/// Values in concert for [membership]; single keys override them.
enum class membership_preset : std::uint8_t { lan, wan, test };

[[nodiscard]] std::string_view to_string(membership_preset x);

/// Reads "lan", "wan" or "test". Returns false, and leaves `result` alone, on anything
/// else.
[[nodiscard]] bool parse(std::string_view text, membership_preset& result);

[[nodiscard]] cluster::membership_config membership_of(membership_preset x);

struct node_config {
  /// Unique in the cluster. Empty: this machine's host name up to its first dot.
  node_name name;

  /// Relative to the working directory. One node at a time.
  std::string data_dir = "troupe-data";

  /// Threads that run actors; 0 is one per core, and at least 4.
  std::uint32_t thread_count = 0;

  /// Whether a shell may inject faults into this node.
  bool allow_inject = false;

  /// Every injected fault ends by itself after this long at the latest.
  std::chrono::milliseconds inject_max{10 * 60 * 1'000};

  /// A leaving node waits so long for others to take its masterships over. Twice
  /// storage.election_timeout lets two slaves be tried. Longer leaves more slowly when
  /// slaves lag; what is not handed over by then pauses for an election.
  std::chrono::milliseconds hand_over{3'000};

  /// A node that a signal told to leave, and that has not left after this long, ends as a
  /// crash would.
  std::chrono::milliseconds leave_max{30'000};

  /// Nodes of different clusters refuse each other.
  std::string cluster_name = "troupe";

  /// The same list, in the same order, on each founder.
  std::vector<founder> founders;

  /// Members to dial first; any live one will do.
  std::vector<actors::address> join;

  /// The defaults listen on this machine alone: nothing is open to the network before
  /// somebody says so.
  endpoint_config link_door{{"127.0.0.1", 7400}, {}};
  endpoint_config resp_door{{"127.0.0.1", 6400}, {}};
  endpoint_config http_door{{"127.0.0.1", 8400}, {}};

  cluster::link_config link;
  membership_preset preset = membership_preset::lan;
  cluster::membership_config membership;
  registry::registry_config registry;
  storage::storage_config storage;
  storage::store_config stores;
  router::invocation_log_config service;
  router::call_config call;
  router::resp_door_config door;
  router::resp_session_config session; ///< Of the door's clients; but for its `limits`:
  router::resp_limits requests;
  router::data_router_config data; ///< But for its `forwards`:
  router::forwards_config forwards;
  router::data_calls_config data_calls; ///< Of the door, and of the node's own clients.
  monitor::http_door_config http;
  log_config log;

  /// The first thing that is wrong in itself or with another setting, or none:
  ///
  /// - every value is in its range, every name usable, every port from 1 to 65535;
  /// - an `advertise` is a place that can be dialled, not a wildcard;
  /// - no founder is listed twice, by name or by address;
  /// - the list of founders gives this node's name its advertised address, or has
  /// neither;
  /// - `join` names somebody else than this node.
  ///
  /// @pre `complete` has filled the derived settings.
  [[nodiscard]] error validate() const;
};

/// Fills the settings that follow from others when they were not given: `name` from
/// `host_name`, each `advertise` from its `listen`.
void complete(node_config& config, std::string_view host_name);

/// Who founds the cluster. Without founders and without join: this node alone. Empty when
/// join alone is set: then somebody else founds, or has founded.
[[nodiscard]] std::vector<founder> founders_of(const node_config& config);

/// Whether this node is one of `founders_of(config)`. One that is not joins, through the
/// founders as well as through `join`.
[[nodiscard]] bool is_founder(const node_config& config);

/// Whom to dial: the founders and `join`, without this node, each once.
[[nodiscard]] std::vector<actors::address> seeds_of(const node_config& config);

/// None when `text` can name a node or a cluster: 1 to 64 letters, digits, `_`, `-`, `.`,
/// the first a letter or digit. Else ec::invalid_config, naming `key`.
[[nodiscard]] error check_name(std::string_view key, std::string_view text);

} // namespace troupe::apps
