/// Writes the logs of all replicas of a node, in rounds.
///
/// A round takes all jobs that wait when it begins: their hard states first, then what
/// they change in the logs, then one sync of each log that was changed, several at a
/// time. What comes meanwhile waits for the next round: so commits are grouped, the more
/// the slower the disk is (docs/decisions/0002).
///
/// It waits for the disk: spawn it detached where threads are real. Trouble with the disk
/// ends it, and with it the node (`base/disk.hpp`).
#pragma once

#include "actors/behavior.hpp"
#include "storage/messages.hpp"
#include "storage/sync_pool.hpp"

#include <map>
#include <memory>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::storage {

struct log_writer_config {
  /// A log that rests for so long, up to twice as long, has its end noted in HARD, so
  /// that damage there is told from a torn tail. Shorter costs a sync after each pause.
  duration note_after = std::chrono::milliseconds{100};
};

using log_writer_actor = caf::typed_actor<
  // From a replica, once, before its first job.
  caf::reacts_to<serve_log>,
  // From a replica; answered as the job says.
  caf::reacts_to<log_job>,
  // Private: performs the jobs that wait.
  caf::reacts_to<atom::round>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

struct log_writer_metrics {
  explicit log_writer_metrics(metrics_registry& registry);

  counter& rounds;
  counter& syncs;
  histogram& sync_time;
};

class log_writer_state {
public:
  static inline constexpr const char* name = "log-writer";
  using pointer = log_writer_actor::stateful_pointer<log_writer_state>;

  explicit log_writer_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, std::shared_ptr<sync_pool> pool,
    const log_writer_config& config);

  void on(serve_log& x);
  void on(log_job& x);
  void round();
  void tick();

private:
  struct entry {
    std::shared_ptr<replica_files> files;
    replica_actor owner;
    std::uint64_t cut = 0;
    bool changed = false; // In this round.
    bool rested = true;   // Since the last tick.
  };

  [[nodiscard]] error save_all(const std::vector<log_job>& jobs);
  [[nodiscard]] error change(entry& log, const log_job& job);
  [[nodiscard]] error serve_reads(entry& log, const log_job& job);
  [[nodiscard]] error sync_all();
  [[nodiscard]] error note_rested();
  /// Ends the actor when `why` is some.
  void settle(const error& why);

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  std::shared_ptr<sync_pool> pool_;
  log_writer_config config_;
  std::optional<log_writer_metrics> metrics_;
  std::map<shard_id, entry> logs_;
  std::vector<log_job> waiting_;
  bool armed_ = false;
};

/// Spawn function. Ends with the error of the first change that fails.
/// @pre `context` outlives the actor.
log_writer_actor::behavior_type make_log_writer(
  log_writer_actor::stateful_pointer<log_writer_state> self,
  const actors::actor_context* context, std::shared_ptr<sync_pool> pool,
  const log_writer_config& config);

} // namespace troupe::storage
