/// The cluster as clients of Redis Cluster are shown it.
///
/// There a node is either a master, of some slots, or a replica of one master; here a
/// node holds replicas of many shards, master of some and slave of others. So one role is
/// chosen: a node that is master of any shard with slots is a master, of all its shards'
/// slots; any other is a replica of the master of its lowest shard. Only nodes that are
/// not masters are named as replicas of a range, since clients count masters by that.
///
/// An immutable value over one `data_map`; make one for each new map.
#pragma once

#include "router/data/data_map.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::router {

/// The 40 hex digits that name a node to clients: its uuid's 32, and eight zeros.
[[nodiscard]] std::string shown_id(const node_id& x);

/// A host and a port of "host:port" or "[host]:port"; both empty when it is neither.
struct shown_endpoint {
  std::string host;
  std::uint16_t port = 0;

  [[nodiscard]] bool empty() const { return port == 0; }
  friend bool operator==(const shown_endpoint&, const shown_endpoint&) = default;
};
[[nodiscard]] shown_endpoint split_endpoint(std::string_view text);

struct shown_node {
  node_id id;
  shown_endpoint resp;
  std::uint16_t link_port = 0;
  bool present = false;
  std::vector<storage::slot_range> slots; ///< As master: ascending, touching ones joined.
  std::optional<node_id> master;          ///< As replica: whose.
  epoch at;                               ///< The highest of its shards, or its master's.

  [[nodiscard]] bool is_replica() const { return master.has_value(); }
};

/// A shard whose master clients can reach.
struct shown_shard {
  shard_id shard;
  std::vector<storage::slot_range> slots; ///< Ascending; at least one.
  node_id master;
  std::vector<node_id> replicas; ///< Those of its slaves that are not masters.
};

class cluster_view {
public:
  cluster_view(data_map_ptr map, const node_id& self);

  [[nodiscard]] const data_map& map() const { return *map_; }
  [[nodiscard]] const node_id& self() const { return self_; }

  [[nodiscard]] const std::map<node_id, shown_node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<shown_shard>& shards() const { return shards_; }

  /// Null for a node that the map does not know.
  [[nodiscard]] const shown_node* find(const node_id& node) const;

  /// Whether this node holds a replica of the slot's shard, as master or slave.
  [[nodiscard]] bool holds(slot in) const;

  /// Where clients reach the slot's master, when it is another node.
  [[nodiscard]] std::optional<shown_endpoint> elsewhere(slot in) const;

  /// Slots that the map gives to a shard; and those whose shard has a master.
  [[nodiscard]] std::size_t assigned_count() const { return assigned_count_; }
  [[nodiscard]] std::size_t served_count() const { return served_count_; }

  /// Masters that clients see.
  [[nodiscard]] std::size_t master_count() const;

  /// Slaves on nodes that are there: of the shard with slots that has the fewest.
  [[nodiscard]] std::size_t slave_count() const;

private:
  void show_nodes();
  void show_masters();
  void show_replicas();

  data_map_ptr map_;
  node_id self_;
  std::map<node_id, shown_node> nodes_;
  std::vector<shown_shard> shards_;
  std::size_t assigned_count_ = 0;
  std::size_t served_count_ = 0;
};

} // namespace troupe::router
