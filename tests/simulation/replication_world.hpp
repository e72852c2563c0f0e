/// A shard group in virtual time: hosts, the network between them, clients, and a
/// nemesis.
///
/// One seed, one thread, one queue of events. A run has two phases: faults on, every
/// property checked after every event; then faults off, and the group must get over it.
#pragma once

#include "tests/simulation/replication_clients.hpp"
#include "tests/simulation/replication_host.hpp"

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

/// What happened in runs: a test that nothing happened to has proved nothing.
using run_counters = std::map<std::string, std::uint64_t>;

class replication_world {
public:
  replication_world(const replication_options& options, bool record);

  /// Runs both phases and judges the histories.
  /// Throws `property_violated`.
  void run();

  [[nodiscard]] const run_trace& trace() const { return trace_; }
  [[nodiscard]] const run_counters& counters() const { return counters_; }
  [[nodiscard]] duration simulated() const { return events_.now().time_since_epoch(); }

private:
  [[nodiscard]] storage::founding make_founding() const;
  void make_hosts();
  void make_clients();

  // The network.
  void send(const storage::message& m);
  void deliver(const std::shared_ptr<const storage::message>& m, duration delay);
  [[nodiscard]] duration some_delay();
  [[nodiscard]] bool is_cut(replica_id from, replica_id to) const;
  void client_write(std::size_t to, storage::write_request request);
  void client_read(std::size_t to, storage::read_request request);
  void answer(const storage::answer& x, replica_id from);

  // The nemesis.
  void plan_fault();
  void strike();
  void cut_some_links(bool one_way);
  [[nodiscard]] replication_host* some_master();
  [[nodiscard]] bool cut_off_a_master(bool one_way);
  void suspect_master(const replication_host& except, duration within);
  void hand_over();
  void depose_new_masters();
  void usurp();
  void restart_later(replication_host& host, duration delay);
  void crash(replication_host& host, replication_host::crash_kind how);
  void damage(replication_host& host);
  void ship_unasked();
  void count(const std::string& what) { ++counters_[what]; }

  void check_leases();
  void heal();
  void check_liveness();
  /// Whether `done` before `end`.
  bool run_until(time_point end, const std::function<bool()>& done);
  [[nodiscard]] bool converged();
  [[nodiscard]] std::string describe_hosts() const;

  replication_options options_;
  event_queue events_;
  random_source random_;
  run_trace trace_;
  run_counters counters_;
  replication_checker checker_;
  std::vector<std::unique_ptr<replication_host>> hosts_;
  std::unique_ptr<replication_clients> clients_;
  std::set<std::pair<replica_id, replica_id>> cuts_; ///< From, to.
  epoch newest_mastership_; ///< Of those that the nemesis has met.
  bool faults_on_ = true;
  bool damage_done_ = false;
};

} // namespace troupe::test
