/// What breaks a simulated shard group, as its plan says: each fault draws from its own
/// seed whom it strikes, how hard and for how long, and looks at the moment.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/cores/replication_host.hpp"
#include "apps/lab/cores/replication_network.hpp"
#include "apps/lab/event_queue.hpp"
#include "apps/lab/fault_plan.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

class replication_nemesis {
public:
  struct environment {
    event_queue* events = nullptr;
    replication_network* network = nullptr;
    const std::vector<std::unique_ptr<replication_host>>* hosts = nullptr;
    std::function<void(const std::string& kind)> struck;
    bool leases = false; ///< Clocks must keep to the drift that these allow.
  };

  /// All that it can do.
  [[nodiscard]] static const std::vector<std::string>& kinds();

  /// Whether a fault of this kind may last as long as the run's faults do: planned for
  /// time zero, it does.
  [[nodiscard]] static bool may_last(std::string_view kind);

  /// Whether it costs a replica the disk for good.
  [[nodiscard]] static bool is_damage(std::string_view kind);

  explicit replication_nemesis(environment in) : in_{std::move(in)} {}

  /// Lets every fault of `plan` strike at its time.
  void begin(const fault_plan& plan);

  /// Ends what lasts, and strikes no more.
  void stop();

  /// Looks at what an event has changed.
  void after_event();

  /// The disk of `host` has failed inside a write, as was wanted.
  void died(replication_host& host, replication_host::crash_kind how);

  /// Starts `host` again after `delay`, if it is down then.
  void restart_later(replication_host& host, duration delay);

private:
  /// A fault at the moment at which it strikes.
  struct blow {
    const planned_fault& what;
    random_source& random;

    /// How long it lasts: as planned, or drawn. No end when it lasts as long as the run.
    [[nodiscard]] std::optional<duration> length(duration low, duration high) const;
  };
  struct known_kind;
  static const std::vector<known_kind>& table();

  void strike(const planned_fault& fault);
  [[nodiscard]] replication_host& victim(const blow& x) const;
  [[nodiscard]] replication_host* some_master() const;
  /// Runs `what` after `delay`, while faults are on.
  void later(duration delay, std::function<void()> what);
  void struck(const blow& x) { in_.struck(x.what.kind); }

  // Messages.
  void disturb(const blow& x, disturbance what);
  void drop(const blow& x);
  void duplicate(const blow& x);
  void delay(const blow& x);
  void reorder(const blow& x);
  void late_votes(const blow& x);
  void ship_unasked(const blow& x);
  void ship_some(random_source& random);

  // Links.
  void cut(const link_set& links, duration length);
  [[nodiscard]] link_set around(const replication_host& host, bool one_way) const;
  [[nodiscard]] link_set some_links(random_source& random, bool one_way) const;
  void cut_some(const blow& x, bool one_way);
  [[nodiscard]] bool cut_off_a_master(const blow& x, bool one_way);
  void partition(const blow& x) { cut_some(x, false); }
  void one_way(const blow& x) { cut_some(x, true); }
  void single_link(const blow& x);
  void flap(const blow& x);
  void swizzle(const blow& x);

  // Processes.
  void crash_one(const blow& x, replication_host::crash_kind how);
  void kill(const blow& x) { crash_one(x, replication_host::crash_kind::process); }
  void power_loss(const blow& x) { crash_one(x, replication_host::crash_kind::power); }
  void die_inside_a_write(const blow& x, replication_host::crash_kind how);
  void write_crash(const blow& x) {
    die_inside_a_write(x, replication_host::crash_kind::process);
  }
  void torn_tail(const blow& x) {
    die_inside_a_write(x, replication_host::crash_kind::power);
  }
  void blackout(const blow& x);
  void restart_loop(const blow& x);
  void pause(const blow& x);

  // Disks, clocks, load.
  void slow_disk(const blow& x);
  void stall_disk(const blow& x);
  void bit_flip(const blow& x);
  void lost_files(const blow& x);
  void wipe(const blow& x);
  void clock_rate(const blow& x);
  void clock_jump(const blow& x);
  void slow_apply(const blow& x);

  // Masters.
  void
  suspect_master(random_source& random, const replication_host& except, duration within);
  void transfer(const blow& x);
  void hint(const blow& x);
  void coup(const blow& x);
  void depose(replication_host& master);
  void usurp(const blow& x);
  void hear_again(const blow& x);

  environment in_;
  bool on_ = true;

  /// Of coups: until when new masters are deposed, and by what chance.
  std::optional<random_source> coup_random_;
  time_point coups_until_;
  epoch newest_mastership_; ///< Of those that it has met.
};

} // namespace troupe::lab
