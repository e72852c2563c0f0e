/// Which shard holds a slot, and which node is its master: what this node knows of it.
///
/// A hint that finds the master, never a proof: ownership and mastership are in the
/// shards' own logs, and whoever is asked wrongly says so. An immutable value, shared by
/// everybody on the node, from any thread. Made by `data_map_builder`.
/// Source: replication section 11; design decision 4.
#pragma once

#include "actors/base/ids.hpp"
#include "cluster/member.hpp"
#include "storage/placement.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::router {

/// A node that may hold shards, as membership knows it.
struct data_node {
  node_name name;
  troupe::incarnation incarnation;
  cluster::node_endpoints endpoints;
  bool present = false; ///< Alive or suspect.

  friend bool operator==(const data_node&, const data_node&) = default;
};

/// Where a shard is.
struct shard_route {
  epoch at; ///< The highest mastership that was heard of; 0: none yet.
  /// None while the master of that epoch is not known to be there: its node is dead, or
  /// it is master no longer.
  std::optional<node_id> master;
  std::vector<node_id> replicas; ///< In the placement's order, the master's node too.

  friend bool operator==(const shard_route&, const shard_route&) = default;
};

class data_map {
public:
  /// Knows nothing.
  data_map() = default;

  /// @pre the ranges are ascending and no slot is in two of them.
  data_map(
    std::uint64_t version, storage::slot_map slots,
    std::map<shard_id, shard_route> shards, std::map<node_id, data_node> nodes);

  /// Grows with every change on this node; 0 knows nothing. Other nodes count otherwise.
  [[nodiscard]] std::uint64_t version() const { return version_; }

  /// None while the catalog's word is not here, or when nobody owns the slot.
  /// @pre `in` is below `storage::slot_count`.
  [[nodiscard]] std::optional<shard_id> shard_of(slot in) const;

  /// Null for a shard that nobody has spoken of. The catalog is shard 0, and owns no slot
  /// of the map.
  [[nodiscard]] const shard_route* find(shard_id shard) const;

  /// None while none is known.
  [[nodiscard]] std::optional<node_id> master_of(shard_id shard) const;

  [[nodiscard]] const std::map<shard_id, shard_route>& shards() const { return shards_; }

  /// Those that are present, and those that are not but have replicas placed on them.
  [[nodiscard]] const std::map<node_id, data_node>& nodes() const { return nodes_; }

  /// Who owns what, ascending, for clients that ask for the whole map.
  [[nodiscard]] std::span<const storage::slot_map::range> ranges() const {
    return slots_.ranges;
  }

  /// The slots of one shard, ascending.
  [[nodiscard]] std::vector<storage::slot_range> slots_of(shard_id shard) const;

private:
  std::uint64_t version_ = 0;
  storage::slot_map slots_;
  std::vector<std::uint32_t> by_slot_; // Shard of each slot; 0, the catalog, owns none.
  std::map<shard_id, shard_route> shards_;
  std::map<node_id, data_node> nodes_;
};

using data_map_ptr = std::shared_ptr<const data_map>;

} // namespace troupe::router
