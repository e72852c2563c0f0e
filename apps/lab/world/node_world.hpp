/// A cluster of whole nodes in virtual time: the shipped cores and their actors, over a
/// simulated network, simulated disks and simulated clocks, with clients, faults, and the
/// properties that must hold.
///
/// One seed, one thread. A run has two phases: faults on, replicas checked after each of
/// their events; then all faults end, and the cluster must get over it, agree on who
/// there is and what is offered, and have lost nothing.
#pragma once

#include "apps/lab/simulation.hpp"
#include "apps/lab/world/call_probe.hpp"
#include "apps/lab/world/machine.hpp"
#include "apps/lab/world/replica_watch.hpp"
#include "apps/lab/world/sight_probe.hpp"
#include "apps/lab/world/view_probe.hpp"
#include "apps/lab/world/virtual_engine.hpp"
#include "apps/lab/world/world_clients.hpp"
#include "apps/lab/world/world_nemesis.hpp"
#include "apps/lab/world/world_options.hpp"
#include "apps/lab/world/world_stage.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace troupe::lab {

/// What an app adds to a simulated cluster. Empty: nothing.
struct simulated_app {
  apps::service_maker services{}; ///< Of each node.
  workload_maker make_workload{};
};

class node_world {
public:
  explicit node_world(const sim_request& request, simulated_app app = {});
  node_world(const node_world&) = delete;
  node_world& operator=(const node_world&) = delete;

  /// Ends all nodes.
  ~node_world();

  [[nodiscard]] sim_result run();

private:
  [[nodiscard]] apps::node_config config_of(std::size_t index) const;
  void make_machines();
  [[nodiscard]] apps::service_maker services_of(std::size_t index);
  void boot_all();
  void on_end(std::size_t index, const error& why);
  void violated(const std::string& what);

  /// Runs up to `end` or `done`, and false as soon as something is violated.
  template <class Done>
  bool run_until(duration end, Done done);

  // The second phase. Each returns whether the run may go on.
  bool must_be_ready();
  bool must_write();
  bool must_rest();
  bool must_agree();
  bool must_please_app();
  void judge_histories();

  /// When names at the root of its disk have become durable: one cluster is founded,
  /// ever.
  void note_charter_of(machine& x);
  void compare_views();
  void compare_members(machine& of, const std::vector<cluster::member>& seen);
  void compare_providers(machine& of, const std::vector<registry::view_entry>& seen);
  [[nodiscard]] std::string describe() const;

  sim_request request_;
  simulated_app app_;
  random_source random_;
  world_options options_;
  run_trace trace_;
  std::vector<std::string> violations_;
  actors::message_codecs codecs_;
  virtual_engine engine_;
  sim::fabric network_;
  group_checks groups_;
  std::vector<std::unique_ptr<machine>> machines_;
  call_probe calls_;
  view_probe views_;
  world_clients clients_;
  world_nemesis nemesis_;
  sight_probe sights_;
  world_stage stage_;
  std::unique_ptr<workload> workload_; // Null when the app has none.
  std::size_t service_count_ = 0;      // Of each node.
  std::set<cluster_id> founded_;       // Whatever a charter has ever named.
  std::map<std::string, std::uint64_t> counters_;
  bool stopping_ = false;
  std::vector<std::string> disagreements_; // Of the last comparison.
  std::size_t answers_missing_ = 0;        // Of the comparison under way.
};

/// Simulates whole nodes, with an app on them.
[[nodiscard]] simulator make_nodes_simulator(simulated_app app = {});

} // namespace troupe::lab
