/// Runs one replica's core: peers, clients, clock, log and store in, its output performed
/// in order.
///
/// The core reads rows where it runs: spawn it detached where threads are real. It must
/// not be started again within one incarnation of its node, which peers would take for
/// the same replica; so one that has ended of a bug is quarantined until the node starts
/// again (docs/decisions/0008).
///
/// What it holds is bounded: clients by `clients_max`; answers to other nodes by
/// `waiting_answers_config`; records by the core's caps and the credit it gives; outputs
/// that wait for a hard state by `held_max`, beyond which peers' messages are dropped, as
/// the network may, and clients are told Busy.
#pragma once

#include "actors/behavior.hpp"
#include "actors/wake_timer.hpp"
#include "storage/applier_actor.hpp"
#include "storage/client_table.hpp"
#include "storage/log_writer_actor.hpp"
#include "storage/messages.hpp"
#include "storage/open_replica.hpp"
#include "storage/replica_askers_actor.hpp"
#include "storage/replica_metrics.hpp"
#include "storage/replica_observer.hpp"
#include "storage/replication_waits.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::storage {

/// What a replica's actor works with. `context` and `commands` outlive it.
struct replica_environment {
  const actors::actor_context* context = nullptr;
  const evaluator* commands = nullptr;
  note_sender links;
  beat_bundler_actor beats; ///< May be null: Beats then go through the links as well.
  log_writer_actor log_writer;
  applier_actor applier;
  replica_listener listener;            ///< May be null.
  apply_listener feed;                  ///< Of this shard's records; may be null.
  replica_observer* observer = nullptr; ///< Outlives the actor; may be null.
};

struct replica_limits {
  /// Requests under way; more are told Busy.
  std::size_t clients_max = 65'536;

  /// Outputs that wait until a hard state is durable.
  std::size_t held_max = 1'024;

  /// Answers that wait until the link of their asker has room.
  waiting_answers_config answers;

  /// No request waits for longer, whatever its asker says.
  duration deadline_max = std::chrono::seconds{60};
};

class replica_shell {
public:
  static inline constexpr const char* name = "replica";
  using pointer = replica_actor::stateful_pointer<replica_shell>;

  explicit replica_shell(pointer self) : self_{self} {}
  replica_shell(const replica_shell&) = delete;
  replica_shell& operator=(const replica_shell&) = delete;
  ~replica_shell();

  void start(
    replica_environment environment, const replica_limits& limits, replica_config config,
    opened_replica opened);

  void on(const cluster::peer_identity& from, const message& x);
  void on(local_requests& x);
  void on(remote_requests& x);
  void on(const node_suspected& x);
  caf::result<caf::ok_atom> on(const transfer_mastership& x);
  void on(log_saved);
  void on(const log_synced& x);
  void on(const log_was_read& x);
  void on(const log_released& x);
  void on(const batch_applied& x);
  void on(const store_flushed& x);
  void on(actors::room_came);
  void tick(std::uint64_t number);
  [[nodiscard]] replica_status status() const { return status_of(*core_); }

private:
  // Requests.
  void take(std::vector<data_request>& requests, const std::shared_ptr<answer_sink>& to);
  void take_write(const waiting_client& from, const data_request& x, data_write& what);
  void take_read(waiting_client from, const data_request& x, data_read& what);
  void take_wait(const waiting_client& from, const data_wait& what);
  void take_closings(const waiting_client& from, dedup_trim_record& what);

  // Output.
  void enqueue(replica_output out);
  void pump();
  void change_log(replica_output& out);
  void perform(replica_output& out);
  void send(message& x);
  void settle(answer& x);
  void tell(const news& x);
  void tell_listener();
  void answer_now(const waiting_client& to, data_answer x);
  /// Ends the handling of an event: answers, timer, what is shown.
  void finish();
  void answer_waits();
  void tell_whom_it_follows();
  void answer_transfers();

  [[nodiscard]] bool overloaded() const;
  [[nodiscard]] std::optional<node_id> node_of(std::optional<replica_id> x) const;
  [[nodiscard]] time_point deadline_of(const data_request& x) const;
  [[nodiscard]] std::uint64_t wall_ms() const;
  [[nodiscard]] time_point now() const { return environment_.context->clock->now(); }

  pointer self_;
  replica_environment environment_;
  replica_limits limits_;
  identity who_;
  logger log_;
  std::shared_ptr<store> rows_;
  std::optional<replica> core_;
  std::optional<replica_metrics> metrics_;

  client_table clients_;
  replication_waits waits_;
  answer_batches answers_;
  std::vector<client_request> asked_; // Of the requests being taken.
  std::optional<remote_askers> askers_;

  std::deque<replica_output> held_;
  std::optional<replica_output> saving_; // Its hard state is being made durable.
  bool pumping_ = false;
  time_point core_wake_ = time_point::max();
  actors::wake_timer alarm_;
  replica_role shown_role_ = replica_role::slave;
  std::optional<shard_master> shown_master_; // What the listener was told last.
  std::set<replica_id> fell_behind_;         // Already told, in this mastership.
  std::vector<caf::typed_response_promise<caf::ok_atom>> transfers_; // Of the mastership.
};

/// Spawn function. Introduces itself to log writer and applier.
replica_actor::behavior_type make_replica(
  replica_actor::stateful_pointer<replica_shell> self, replica_environment environment,
  const replica_limits& limits, replica_config config, opened_replica opened);

} // namespace troupe::storage
