/// One simulated machine: a replica's core over a simulated disk, whose output it
/// performs as the contract of `replica_output` says.
#pragma once

#include "actors/base/random.hpp"
#include "actors/sim/disk.hpp"
#include "apps/lab/check/replication_checker.hpp"
#include "apps/lab/cores/replication_options.hpp"
#include "apps/lab/event_queue.hpp"
#include "apps/lab/run_trace.hpp"
#include "storage/log/replica_files.hpp"
#include "storage/memory_store.hpp"
#include "storage/replica/replica.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::lab {

class replication_host {
public:
  enum class crash_kind { process, power };

  /// What it lives in.
  struct environment {
    event_queue* events = nullptr;
    random_source* random = nullptr;
    replication_checker* checker = nullptr;
    run_trace* trace = nullptr;
    std::function<void(storage::message)> send;
    std::function<void(const storage::answer&)> answer;
    /// The process has ended because its disk failed.
    std::function<void(replication_host&, crash_kind)> died;
    /// After each event of the core.
    std::function<void()> after_event;
  };

  replication_host(
    environment in, storage::identity who, node_id node,
    const replication_options& options);

  /// Makes the replica's files, durably.
  void create(const storage::founding& with);
  void start();

  void crash(crash_kind how);
  void pause(duration length);
  /// Makes each sync take `latency` until `until`.
  void slow_disk(duration latency, time_point until);
  /// Lets some syncs take long, from now on.
  void have_hiccups() { hiccups_ = true; }
  /// Makes the store take up to `latency` for each batch until `until`.
  void slow_apply(duration latency, time_point until);
  /// Lets the process end in the middle of its `changes`-th next change to the disk, and
  /// the machine lose power then, or not.
  void fail_disk_after(std::uint64_t changes, crash_kind how);
  /// Ends all that is slow, late or about to fail.
  void heal();
  /// Damages what was durable. False when nothing was yet.
  /// @pre it is not up.
  [[nodiscard]] bool flip_a_bit(random_source& random);
  /// Loses the replica's files, while the node knows that there were some.
  void lose_files();
  void wipe();

  /// Its clock runs on at `rate` times true time.
  void set_clock_rate(double rate);
  /// Its clock is `by` further at once.
  void jump_clock(duration by);

  /// What an event is, for the trace; `what` lives for ever.
  struct cause {
    const char* what;
    replica_id from{};        ///< Of messages.
    std::uint64_t detail = 0; ///< What tells its content from another's.
  };
  using event = std::function<storage::replica_output(storage::replica&, time_point)>;
  /// Lets the core handle something: now, or when the pause ends. Nothing when it is
  /// down.
  void handle(const cause& why, event what);

  [[nodiscard]] replica_id id() const { return self_.who.replica; }
  /// "n1"
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t crash_count() const { return crash_count_; }
  [[nodiscard]] bool up() const { return core_ != nullptr; }
  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] bool healthy() const { return up() && !core_->state().quarantined; }
  [[nodiscard]] const storage::replica_state& state() const { return core_->state(); }
  [[nodiscard]] bool holds_lease() const;
  [[nodiscard]] storage::memory_store& store() { return store_; }
  [[nodiscard]] time_point paused_until() const { return paused_until_; }

private:
  void boot();
  void set_clock(time_point local, double rate);
  [[nodiscard]] time_point local_now() const;
  [[nodiscard]] time_point true_time_of(time_point local) const;
  /// Runs `what` after `delay` and after any pause, in this life only.
  void later(duration delay, std::function<void()> what);
  void at(time_point when, std::function<void()> what);
  void note(std::string_view kind, std::string_view payload = {});
  void note(const cause& why);
  [[nodiscard]] duration sync_latency();
  [[nodiscard]] duration apply_latency();
  [[nodiscard]] storage::recovered recover();
  [[nodiscard]] std::string directory() const;

  void pump();
  void perform(storage::replica_output out);
  [[nodiscard]] bool change_log(const storage::replica_output& out);
  [[nodiscard]] bool begin_sync();
  void finish_sync(std::uint64_t cut, lsn end);
  void perform_apply(storage::apply_batch batch);
  void plan_wake(time_point local);
  /// False, and the process is dead, when `trouble` is some.
  [[nodiscard]] bool survives(const error& trouble);

  environment in_;
  storage::replica_config self_;
  node_id node_;
  replication_options options_;
  storage::shard_log_config log_config_;
  std::string name_;
  std::string payload_; ///< Of the trace's next line: its memory is used again.

  // Its clock showed `clock_base_` at the true time `clock_set_`.
  time_point clock_set_;
  time_point clock_base_;
  double clock_rate_ = 1.0;

  sim::memory_disk disk_;
  storage::memory_store store_;
  storage::founding founding_;
  std::unique_ptr<storage::replica_files> files_;
  std::unique_ptr<storage::replica> core_;
  std::uint64_t life_ = 0; ///< Raised by every start and every end.
  bool damaged_ = false;   ///< On purpose: quarantine is right.
  bool gone_ = false;      ///< Its disk is lost for good.

  time_point paused_until_;
  bool hiccups_ = false;
  duration slow_sync_{};
  time_point slow_until_;
  duration slow_apply_{};
  time_point slow_apply_until_;
  crash_kind when_disk_fails_ = crash_kind::process;
  std::uint64_t crash_count_ = 0;

  std::deque<storage::replica_output> held_; ///< Waiting for a hard state.
  bool saving_ = false;
  bool front_saved_ = false;
  bool syncing_ = false;
  bool sync_again_ = false;
  std::uint64_t cut_ = 0;
  time_point wake_at_ = time_point::max();
};

} // namespace troupe::lab
