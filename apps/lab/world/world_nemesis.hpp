/// Breaks a simulated cluster as a fault plan says, and mends it.
#pragma once

#include "actors/base/random.hpp"
#include "actors/sim/transport.hpp"
#include "apps/lab/fault_plan.hpp"
#include "apps/lab/run_trace.hpp"
#include "apps/lab/world/calm_book.hpp"
#include "apps/lab/world/machine.hpp"
#include "apps/lab/world/replica_watch.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::lab {

class world_nemesis {
public:
  /// What it breaks. Outlives it.
  struct environment {
    virtual_engine* engine = nullptr;
    sim::fabric* network = nullptr;
    const std::vector<std::unique_ptr<machine>>* machines = nullptr;
    group_checks* groups = nullptr;
    run_trace* trace = nullptr;
    std::size_t shard_count = 1;
    std::size_t replica_count = 3;
    std::size_t node_count = 3;
  };

  explicit world_nemesis(environment in) : in_{in}, calm_{in.node_count} {}

  /// The kinds of faults it knows.
  [[nodiscard]] static std::vector<std::string> kinds();

  /// Lets the faults of `plan` strike in their time.
  /// @pre their kinds are among `kinds()`.
  void begin(const fault_plan& plan);

  /// Ends all faults: the network is whole, disks work, every node runs.
  void heal();

  /// Strikes no more, and starts nothing again.
  void stop() { healed_ = true; }

  /// A node has ended by itself. Returns whether a fault is why; then it starts again.
  bool explain_end(machine& of);

  /// How often each kind really struck.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const {
    return counts_;
  }
  [[nodiscard]] std::uint64_t crash_count() const { return crash_count_; }

  /// Who was left in peace since when, but for crashes and pauses.
  [[nodiscard]] const calm_book& calm() const { return calm_; }

private:
  /// One fault that strikes.
  struct blow {
    const planned_fault* what;
    random_source random;
    duration length;
  };
  using handler = bool (world_nemesis::*)(blow&);
  static const std::map<std::string, handler>& handlers();

  void strike(const planned_fault& what);

  // Each returns whether there was something to strike.
  bool partition(blow& x);
  bool halves(blow& x);
  bool ring(blow& x);
  bool one_way(blow& x);
  bool single_link(blow& x);
  bool isolate(blow& x);
  bool flap(blow& x);
  bool stall(blow& x);
  bool delay(blow& x);
  bool reset(blow& x);
  bool kill(blow& x);
  bool kill_all(blow& x);
  bool restart(blow& x);
  bool power_loss(blow& x);
  bool blackout(blow& x);
  bool restart_loop(blow& x);
  bool pause(blow& x);
  bool slow_disk(blow& x);
  bool stall_disk(blow& x);
  bool write_crash(blow& x);
  bool bit_flip(blow& x);
  bool wipe(blow& x);
  bool clock_rate(blow& x);
  bool wall_jump(blow& x);

  [[nodiscard]] machine& pick(blow& x);
  [[nodiscard]] machine& other_than(const machine& x, random_source& random);
  [[nodiscard]] std::size_t index_of(const machine& x) const;
  void
  cut_pairs(duration length, const std::function<bool(std::size_t, std::size_t)>& wanted);
  void cut(const machine& from, const machine& to, duration length);
  void disturb(const machine& from, const machine& to, duration length);
  void end(machine& x, crash_kind how, duration back_after);
  void boot_later(machine& x, duration delay);
  [[nodiscard]] bool may_damage(const machine& x) const;

  environment in_;
  fault_plan plan_;
  calm_book calm_;
  bool healed_ = false;
  const machine* damaged_ = nullptr; // One for a run: a majority keeps its disks.
  std::map<std::string, std::uint64_t> counts_;
  std::uint64_t crash_count_ = 0;
};

} // namespace troupe::lab
