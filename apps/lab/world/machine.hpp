/// A simulated machine: its disk, its clock, and the node that runs on it, one life after
/// the other.
///
/// It can be killed, lose its power, be paused, and have its disk damaged; a node that
/// was killed is told to end, but nothing that its actors still do reaches the world.
#pragma once

#include "actors/codec.hpp"
#include "actors/sim/clock.hpp"
#include "actors/sim/disk.hpp"
#include "actors/sim/transport.hpp"
#include "apps/lab/run_trace.hpp"
#include "apps/lab/world/life_clock.hpp"
#include "apps/lab/world/life_disk.hpp"
#include "apps/lab/world/life_store.hpp"
#include "apps/lab/world/replica_watch.hpp"
#include "apps/lab/world/virtual_engine.hpp"
#include "apps/node/node.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

/// What machines live in. What it points to outlives them.
struct machine_environment {
  virtual_engine* engine = nullptr;
  sim::fabric* network = nullptr;
  const actors::message_codecs* codecs = nullptr;
  group_checks* groups = nullptr;
  run_trace* trace = nullptr;
  /// A node has ended by itself: because of `why`, which is none after a leave.
  std::function<void(const error& why)> ended;
  /// What a disk says of its node, `identity` and `charter`, may have changed for good.
  std::function<void()> identified;
};

enum class crash_kind { process, power };

class machine {
public:
  /// `services` is what each life of its node provides.
  /// @pre `config` is valid; its doors are on the host `config.name`.
  machine(
    machine_environment environment, apps::node_config config,
    apps::service_maker services, const sim::clock_config& clock, random_source random);
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// @pre `stop` was called, and the engine has run until `stopped`.
  ~machine();

  /// Begins a life of its node. @pre none runs.
  void boot();

  /// Ends it at once. Nothing when none runs.
  void crash(crash_kind how);

  /// Stops the process until `resume`; its machine and its clock go on.
  void pause();
  void resume();

  /// Asks the node to leave its cluster.
  void leave();

  /// Ends the last life for good.
  void stop();
  [[nodiscard]] bool stopped() const;

  // Damage to its disk. @pre no node runs.

  /// Flips a bit in some frame of some log of which the disk says that it was durable.
  /// Returns whether there was one.
  bool flip_a_bit();
  /// As a new disk in the same machine.
  void wipe();

  /// Lets the process end in the middle of its `changes`-th next change to the disk.
  void fail_disk_after(std::uint64_t changes) { disk_.fail_after(changes); }
  void mend_disk() { disk_.recover(); }
  /// Whether that change had come when its last life ended.
  [[nodiscard]] bool ended_of_its_disk() const { return disk_had_failed_; }
  [[nodiscard]] disk_pace& pace() { return pace_; }
  [[nodiscard]] sim::virtual_clock& clock() { return clock_; }

  [[nodiscard]] bool up() const { return life_ != nullptr; }
  [[nodiscard]] bool paused() const { return up() && life_->gate->paused; }
  [[nodiscard]] bool damaged() const { return damaged_; }
  /// When its last life began, or went on after a pause.
  [[nodiscard]] duration undisturbed_since() const { return undisturbed_since_; }
  [[nodiscard]] bool ready() const;
  [[nodiscard]] const std::string& name() const { return config_.name.value(); }
  [[nodiscard]] std::uint64_t life_count() const { return life_count_; }
  [[nodiscard]] const replica_watch* watch() const {
    return up() ? &*life_->watch : nullptr;
  }

  /// The identity that its disk has; none before its first life.
  [[nodiscard]] const std::optional<cluster::stored_identity>& identity() const {
    return identity_;
  }

  /// The cluster that its disk says it is in.
  [[nodiscard]] std::optional<cluster::charter> charter();

  /// @pre `up()`.
  [[nodiscard]] apps::node_handles handles() const { return life_->node->actors().get(); }

private:
  /// One process. In the order of what needs what.
  struct life {
    life_gate_ptr gate = std::make_shared<life_gate>();
    std::optional<life_clock> clock;
    std::optional<life_disk> disk;
    std::optional<sim::transport> transport;
    std::optional<replica_watch> watch;
    std::optional<log_sink> log;
    std::optional<apps::node> node;
    bool stopped = false;
  };

  [[nodiscard]] expected<std::shared_ptr<storage::store>>
  open_store(life& of, const std::string& directory);
  [[nodiscard]] apps::node_environment node_environment(life& of);
  void end_life();
  void trace(const std::string& kind, const std::string& what);

  machine_environment in_;
  apps::node_config config_;
  apps::service_maker services_;
  random_source random_;
  sim::memory_disk disk_;
  disk_pace pace_;
  std::map<std::string, std::shared_ptr<storage::memory_store>> stores_;
  sim::virtual_clock clock_;
  std::optional<cluster::stored_identity> identity_;
  std::uint64_t life_count_ = 0;
  duration undisturbed_since_{};
  bool damaged_ = false;
  bool disk_had_failed_ = false;
  std::unique_ptr<life> life_;
  std::vector<std::unique_ptr<life>> past_; // Their actors may still end.
};

} // namespace troupe::lab
