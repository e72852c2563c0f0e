/// Makes the data map from what the registry, membership and this node's replicas tell.
///
/// Pure; used by the data router alone. Cost: an event O(log entries), a snapshot and
/// `build` O(all).
#pragma once

#include "actors/base/error.hpp"
#include "cluster/member_table.hpp"
#include "registry/subscriptions.hpp"
#include "router/data/data_map.hpp"
#include "storage/placement.hpp"
#include "storage/replica_status.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::router {

class data_map_builder {
public:
  /// A push of the subscription to all entries of kind config: the catalog's. Returns why
  /// entries of it were ignored: they do not parse.
  [[nodiscard]] std::vector<error> configs(const registry::push& x);

  /// A push of the subscription to all entries of kind shard_role.
  [[nodiscard]] std::vector<error> roles(const registry::push& x);

  /// Whom this node's own replica of the shard follows; none while it follows nobody. It
  /// knows a new master before that one's entry is here.
  void follows(shard_id shard, const std::optional<storage::shard_master>& master);

  void member(const cluster::member_news& x);

  /// The map of what is known now, under the next version; the one before when nothing
  /// has changed.
  [[nodiscard]] data_map_ptr build();

private:
  struct shard_roles {
    shard_id shard;
    epoch highest; // Ever heard of here: an older mastership never comes back.
    std::map<std::pair<registry::owner_id, std::string>, storage::shard_master> shown;
    std::optional<storage::shard_master> followed; // By this node's replica.
  };

  [[nodiscard]] error config(const registry::view_change& x);
  [[nodiscard]] error role(const registry::view_change& x);
  [[nodiscard]] std::optional<node_id> master_of(const shard_roles& x) const;
  [[nodiscard]] bool may_be_there(const storage::shard_master& x) const;
  [[nodiscard]] std::map<node_id, data_node> listed_nodes() const;

  std::map<shard_id, std::vector<node_id>> replicas_;
  storage::slot_map slots_;
  std::map<std::string, shard_roles> roles_; // By entries' names.
  std::map<node_id, data_node> nodes_;
  data_map_ptr last_ = std::make_shared<data_map>();
};

} // namespace troupe::router
