/// Clients of a simulated cluster's data, and what they saw.
///
/// Each has one operation at a time on some key, through some node that is up. What it
/// knows to have failed it forgets; what it does not know may have happened. Afterwards
/// every key's history must be linearizable (I10). None asks for anything that a command
/// refuses, so an answer that is an error, or not of the command's form, is a violation.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/check/linearizability.hpp"
#include "apps/lab/run_trace.hpp"
#include "apps/lab/world/machine.hpp"
#include "apps/lab/world/replica_watch.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

struct world_clients_config {
  std::size_t client_count = 4;
  duration think_max = std::chrono::milliseconds{80};
  /// How long a client waits for an answer; then nobody knows.
  duration deadline = std::chrono::seconds{5};
  /// Of the reads; the others are by read index.
  double lease_read_ratio = 0.5;
  std::size_t shard_count = 1; ///< Each has keys.
  std::size_t keys_per_shard = 3;
};

class world_clients {
public:
  /// What clients live in. Outlives them.
  struct environment {
    virtual_engine* engine = nullptr;
    const std::vector<std::unique_ptr<machine>>* machines = nullptr;
    group_checks* groups = nullptr;
    run_trace* trace = nullptr;
    std::function<void(const std::string& what)> violated;
  };

  world_clients(environment in, const world_clients_config& config, random_source random);

  /// Lets each client begin.
  void start();

  /// Lets none begin another operation.
  void stop() { stopped_ = true; }

  /// No operation is under way.
  [[nodiscard]] bool idle() const { return under_way_ == 0; }

  [[nodiscard]] std::uint64_t acked_count() const { return acked_count_; }
  [[nodiscard]] std::uint64_t unknown_count() const { return unknown_count_; }

  /// The shards that have acknowledged a write which began at or after `since`.
  [[nodiscard]] std::set<shard_id> shards_written_since(duration since) const;

  struct judgement {
    std::vector<std::string> violations;
    std::size_t judged = 0;
    std::size_t undecided = 0;
  };
  [[nodiscard]] judgement judge() const;

private:
  struct operation {
    std::size_t client = 0;
    std::size_t key = 0; ///< Of `keys_`.
    std::size_t generation = 0;
    register_operation seen;
    machine* through = nullptr;
    std::uint64_t life = 0;
    duration begun{};
  };
  using operation_ptr = std::shared_ptr<operation>;

  /// A key's history is judged as a whole, at exponential cost: so a key ends before it
  /// has too much of one.
  struct key_state {
    std::string tag; ///< Its slot.
    std::size_t generation = 0;
    std::size_t operations = 0;
    std::size_t unknown = 0;
    std::string last_seen{};
  };

  void think(std::size_t client);
  void begin(std::size_t client);
  [[nodiscard]] machine* pick_machine();
  [[nodiscard]] std::size_t pick_key();
  [[nodiscard]] std::string name_of(const operation& x) const;
  [[nodiscard]] key_state* present_key(const operation& x);
  void write(const operation_ptr& x);
  void read(const operation_ptr& x);
  void answered(const operation_ptr& x, const router::data_reply& reply);
  void misanswered(const operation_ptr& x, const std::string& reply);
  void failed(const operation_ptr& x, const error& why);
  void done(const operation_ptr& x, const std::string& how);
  [[nodiscard]] std::int64_t stamp();

  environment in_;
  world_clients_config config_;
  random_source random_;
  std::vector<key_state> keys_;
  std::map<std::string, std::vector<register_operation>> histories_;
  std::map<shard_id, duration> last_begun_; // Of acknowledged writes.
  std::uint64_t value_count_ = 0;
  std::int64_t stamp_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t acked_count_ = 0;
  std::uint64_t unknown_count_ = 0;
  bool stopped_ = false;
};

} // namespace troupe::lab
