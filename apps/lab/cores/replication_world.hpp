/// A shard group in virtual time: hosts, the network between them, clients, and a
/// nemesis.
///
/// One seed, one thread, one queue of events. A run has two phases: faults on, every
/// property checked after every event; then faults off, and the group must get over it.
#pragma once

#include "apps/lab/cores/replication_clients.hpp"
#include "apps/lab/cores/replication_host.hpp"
#include "apps/lab/cores/replication_nemesis.hpp"
#include "apps/lab/cores/replication_network.hpp"
#include "apps/lab/cores/replication_options.hpp"
#include "apps/lab/simulation.hpp"

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

class replication_world {
public:
  /// The trace goes to `trace` too, unless null.
  replication_world(const replication_options& options, std::ostream* trace);

  /// Runs both phases and judges the histories; with `until` only to there, without.
  /// Throws `property_violated`.
  void run(std::optional<duration> until);

  /// What has happened so far.
  void tell(sim_result& result) const;

private:
  [[nodiscard]] storage::founding make_founding() const;
  void make_hosts();
  void make_network();
  void make_nemesis();
  void make_clients();

  [[nodiscard]] replication_host& host_of(replica_id x);
  void client_write(std::size_t to, storage::write_request request);
  void client_read(std::size_t to, storage::read_request request);
  void answer(const storage::answer& x, const replication_host& from);
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
  std::map<std::string, std::uint64_t> counters_;
  std::map<std::string, std::uint64_t> faults_;
  replication_checker checker_;
  std::vector<std::unique_ptr<replication_host>> hosts_;
  std::unique_ptr<replication_network> network_;
  std::unique_ptr<replication_nemesis> nemesis_;
  std::unique_ptr<replication_clients> clients_;
};

} // namespace troupe::lab
