/// Checks the promises of all shard groups while whole nodes run: what their replicas do
/// goes to one `replication_checker` for each group.
#pragma once

#include "actors/node_clock.hpp"
#include "apps/lab/check/replication_checker.hpp"
#include "apps/lab/world/life_gate.hpp"
#include "storage/replica_observer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace troupe::lab {

class replica_watch;

/// The groups of a cluster. Outlives the watches.
class group_checks {
public:
  /// Told of each property that was broken.
  using violated_hook = std::function<void(const std::string& what)>;

  explicit group_checks(violated_hook violated) : violated_{std::move(violated)} {}

  /// Whether two lease holders at one moment are a violation. Off where a fault breaks
  /// what leases rest on.
  void expect_leases(bool x) { leases_checked_ = x; }

  /// A client was told that its write is done.
  void acknowledged(shard_id shard, storage::position at);

  [[nodiscard]] std::size_t election_count() const;
  [[nodiscard]] std::size_t truncation_count() const;

  /// The node that is master of `shard` in the newest epoch; none while there is none.
  /// @return its watch.
  [[nodiscard]] const replica_watch* master_of(shard_id shard) const;

  /// Of each shard, how far its replicas are: for a run that does not come to rest.
  [[nodiscard]] std::string describe() const;

  /// Whether all replicas that run, of every group, have applied all of one log.
  [[nodiscard]] bool converged() const;

  /// The shards that any watch has seen.
  [[nodiscard]] std::set<shard_id> shards() const;

private:
  friend class replica_watch;

  /// Runs `check` on a group's checker, and reports what it finds.
  template <class Check>
  void check(shard_id shard, Check check);
  void check_leases(shard_id shard);

  violated_hook violated_;
  bool leases_checked_ = true;
  std::map<shard_id, replication_checker> groups_;
  std::vector<const replica_watch*> watches_; // In order of their lives.
};

/// The replicas of one life of one node.
class replica_watch final : public storage::replica_observer {
public:
  /// Told of each event: for the trace.
  using event_hook
    = std::function<void(const std::string& kind, const std::string& what)>;

  /// @pre `groups` and `clock` outlive it.
  replica_watch(
    group_checks& groups, std::string node, const actors::node_clock& clock,
    life_gate_ptr gate, event_hook trace);
  ~replica_watch() override;

  void
  started(const storage::replica& core, const storage::opened_replica& found) override;
  void handled(const storage::replica& core, const storage::replica_output& out) override;
  void sending(const storage::replica& core, const storage::message& x) override;
  void ended(const storage::replica& core) override;

  /// A store of this life shows everything up to `at`.
  void applied(const storage::store& which, storage::position at, std::uint64_t digest);

  /// The process was killed: what its disk had promised counts in the next life.
  void killed();

  [[nodiscard]] const std::string& node() const { return node_; }

  /// How many shards this node is master of.
  [[nodiscard]] std::size_t mastership_count() const;

private:
  friend class group_checks;

  struct watched {
    const storage::replica* core = nullptr;
    std::shared_ptr<storage::replica_files> files; // Null when they are damaged.
    const storage::store* rows = nullptr;
  };

  group_checks* groups_;
  std::string node_;
  const actors::node_clock* clock_;
  life_gate_ptr gate_;
  event_hook trace_;
  std::map<shard_id, watched> replicas_;
};

} // namespace troupe::lab
