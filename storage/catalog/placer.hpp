/// Decides which nodes hold which shards, once in the life of a cluster.
///
/// Runs beside the master of the catalog and acts only while that mastership lasts. It
/// reads what is placed, and once as many nodes are alive as a shard has replicas, all
/// founders among them, puts the placements that are missing, and after them the slot
/// map. A founder that does not come is waited for a while only. What is placed stays
/// where it is: a node that comes later holds nothing until somebody moves a shard there.
///
/// Two placers cannot contradict each other: each put expects its key to be absent, so
/// the first one stays, and what another has put is found by reading again.
///
/// Pure: the caller supplies news and time, and performs the output. Not thread-safe.
/// Source: docs/decisions/0004; replication needs no more than that all members begin
/// with equal bytes.
#pragma once

#include "actors/base/time.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/placement.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::storage {

/// Which replicas there are on each node, and which shards are placed.
struct placed_shards {
  std::set<shard_id> shards;
  std::map<node_id, std::size_t> replica_count; ///< By node.
  std::map<node_id, std::size_t> first_count;   ///< Placements that name it first.
  bool slots = false;                           ///< The slot map is there.
};

/// Reads it out of the catalog's entries. Who put a value that is no placement has placed
/// that shard all the same: nobody overwrites it.
[[nodiscard]] placed_shards placed_in(const std::vector<catalog_entry>& entries);

/// What is still to be put, in order: all placements, or when none is missing, the slot
/// map. Spreads replicas evenly over `nodes`, and the first members, too.
/// @pre `nodes` are at least `genesis.replica_count`, each once, if a placement is
/// missing.
[[nodiscard]] std::vector<catalog_put> plan_placements(
  const storage_genesis& genesis, const std::vector<node_id>& nodes,
  const placed_shards& placed);

/// Equal ranges in the order of the shards; sizes differ by one at most.
[[nodiscard]] slot_map initial_slots(std::uint32_t shard_count);

struct placer_config {
  /// Wait after a failure before the catalog is asked again; doubled with each further
  /// one, up to the largest. Shorter places sooner after an election.
  std::chrono::milliseconds retry_min{100};
  std::chrono::milliseconds retry_max{5'000};

  /// An answer of the catalog that is not there by then is given up. Longer than an
  /// election, so that a hiccup is not asked about twice.
  std::chrono::milliseconds answer_within{10'000};

  /// How long a mastership waits for founders that it has not seen alive; they were all
  /// there a moment ago. Longer rides out a slow start of one, and keeps the others' data
  /// waiting for one that is gone.
  std::chrono::milliseconds founders_within{10'000};
};

class placer {
public:
  /// The fields are in the order in which to perform them.
  struct output {
    /// Read the entries under `placement_prefix` and `slot_map_key`; then `listed`, or
    /// `failed`.
    bool list = false;
    /// Put all of them; then `written`, or `failed` when any has had no answer or was not
    /// taken. An entry that is there already is as good as put.
    std::vector<catalog_put> puts;
    /// What people are told about shards that wait; empty when none does any more.
    std::optional<std::string> status;
    time_point wake_at = time_point::max(); ///< Call `tick` then.
  };

  /// `founders` come first among nodes that are equal otherwise, in their order.
  placer(
    const storage_genesis& genesis, std::vector<node_id> founders,
    const placer_config& config = {})
      : genesis_{genesis}, founders_{std::move(founders)}, config_{config} {}

  /// This node's replica is the catalog's master, or is so no more. A repeat changes
  /// nothing.
  [[nodiscard]] output mastership(bool held, time_point now);

  /// A member came or is back, or is gone.
  [[nodiscard]] output
  member(const node_id& node, const node_name& name, bool alive, time_point now);

  [[nodiscard]] output listed(const std::vector<catalog_entry>& entries, time_point now);
  [[nodiscard]] output written(time_point now);
  [[nodiscard]] output failed(time_point now);
  [[nodiscard]] output tick(time_point now);

  /// The latest status that was told.
  [[nodiscard]] const std::string& status() const { return status_; }

private:
  enum class phase : std::uint8_t {
    idle,     ///< Not master.
    reading,  ///< A list is under way.
    waiting,  ///< For enough nodes, or until it is due for founders.
    writing,  ///< Puts are under way.
    retrying, ///< Reads again when it is due.
    done,     ///< All is placed.
  };

  void read(output& out, time_point now);
  void plan(output& out, time_point now);
  void rest(phase x);
  void wait(output& out, const std::string& why);
  /// Who gets shards, in the order that decides between equals.
  [[nodiscard]] std::vector<node_id> candidates() const;
  [[nodiscard]] std::size_t founders_alive() const;
  [[nodiscard]] bool all_placed() const;
  void tell(output& out, std::string status);

  storage_genesis genesis_;
  std::vector<node_id> founders_;
  placer_config config_;
  phase phase_ = phase::idle;
  std::map<node_id, node_name> alive_;
  placed_shards placed_;               // As last read.
  time_point due_ = time_point::max(); // Of an answer or founders, or to read again.
  time_point founders_until_;          // Waited for.
  std::chrono::milliseconds retry_after_{0};
  std::string status_;
};

} // namespace troupe::storage
