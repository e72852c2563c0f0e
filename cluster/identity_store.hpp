/// What a node keeps about itself: its id, its name, the number of its starts, its
/// cluster. docs/formats/node.md has the bytes.
///
/// Two files at the root of the node's disk, each replaced as a whole (new file, sync,
/// rename, sync of the directory) and checked by a crc when read. Blocks on the disk.
#pragma once

#include "actors/base/disk.hpp"
#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/random.hpp"
#include "cluster/founding.hpp"

#include <optional>
#include <string>

namespace troupe::cluster {

struct stored_identity {
  node_id id;
  node_name name;
  troupe::incarnation incarnation;
  std::optional<charter> agreed;
};

/// Begins the next incarnation: reads who this node is, or draws a new id on an empty
/// disk, and raises the incarnation. It is durable on return.
///
/// Fails with ec::foreign_cluster or ec::already_exists when the disk belongs to another
/// cluster name or another node name, ec::corrupt when a file is damaged, and ec::system.
[[nodiscard]] expected<stored_identity> begin_incarnation(
  disk& disk, const node_name& name, const std::string& cluster_name,
  random_source& random);

/// The cluster that the node on this disk is in; none before it has one. Fails with
/// ec::corrupt when the file is damaged, and ec::system.
[[nodiscard]] expected<std::optional<charter>> read_charter(disk& disk);

/// Makes the charter durable. A node has one for ever: another one fails with
/// ec::foreign_cluster.
[[nodiscard]] error store_charter(disk& disk, const charter& x);

} // namespace troupe::cluster
