/// Stands between a node's links and its transport, and lets ordered faults strike.
///
/// All connections pass through this one actor, of nodes that allow faults alone. It
/// learns who is at the other end from the first frame of a handshake; shells, and all
/// others that are no nodes, pass undisturbed. A connection that is closed while it is
/// cut off stays open below until the cut ends, so that its peer does not hear of it.
#pragma once

#include "actors/base/random.hpp"
#include "actors/behavior.hpp"
#include "actors/transport.hpp"
#include "apps/inject/fault_book.hpp"
#include "apps/inject/held_bytes.hpp"
#include "apps/inject/stall_gate.hpp"
#include "apps/node/admin.hpp"
#include "cluster/framing.hpp"
#include "cluster/link_frame.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::apps {

/// What `injected_transport` and its connections ask.
struct injected_listen {
  actors::listener_owner owner; ///< Of connections accepted from now on.
};

struct injected_dial {
  actors::address where;
  actors::dial_id id;
  duration deadline{};
  actors::dial_owner owner;
};

struct injected_write {
  actors::connection_id connection;
  byte_buffer bytes;
};

struct injected_read {
  actors::connection_id connection;
  actors::connection_owner owner;
};

struct injected_close {
  actors::connection_id connection;
};

/// What a connection and its injector know together.
struct injected_backlog {
  std::atomic<std::size_t> bytes = 0; ///< Written, and held back.
  std::atomic<bool> over = false;     ///< Nothing that is written leaves any more.
};

using injector_actor = caf::typed_actor<
  // From the admin actor. The first fails with ec::invalid_argument.
  caf::replies_to<inject_command>::with<inject_reply>,
  caf::replies_to<faults_query>::with<faults_reply>,
  caf::replies_to<heal_command>::with<heal_reply>,
  // From the node's side of connections.
  caf::reacts_to<injected_listen>, caf::reacts_to<injected_dial>,
  caf::reacts_to<injected_write>, caf::reacts_to<injected_read>,
  caf::reacts_to<injected_close>,
  // From the transport below.
  caf::reacts_to<actors::accepted>, caf::reacts_to<actors::connected>,
  caf::reacts_to<actors::dial_failed>, caf::reacts_to<actors::received>,
  caf::reacts_to<actors::disconnected>,
  // Private: stop the process.
  caf::reacts_to<duration>,
  // Private: the actor's own timer, with the number of its plan.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

/// What it lets faults strike at.
struct injector_config {
  actors::transport* transport = nullptr; ///< The one below.
  stall_gate* disk = nullptr;
  /// Stops the process for so long.
  std::function<error(duration)> pause;
  duration longest{}; ///< Length of a fault.
};

struct injector_metrics {
  explicit injector_metrics(metrics_registry& registry);

  gauge& standing;
  counter& injected;
};

class injector_state {
public:
  static inline constexpr const char* name = "injector";
  using pointer = injector_actor::stateful_pointer<injector_state>;

  explicit injector_state(pointer self) : self_{self} {}
  injector_state(const injector_state&) = delete;
  injector_state& operator=(const injector_state&) = delete;

  /// Lets the disk go, and closes all connections.
  ~injector_state();

  void start(
    const actors::actor_context* context, injector_config config, random_source random);

  caf::result<inject_reply> on(const inject_command& x);
  caf::result<faults_reply> faults();
  caf::result<heal_reply> heal();
  void on(const injected_listen& x) { listener_ = x.owner; }
  void on(const injected_dial& x);
  void on(injected_write& x);
  void on(const injected_read& x);
  void on(const injected_close& x);
  void on(const actors::accepted& x);
  void on(const actors::connected& x);
  void on(const actors::dial_failed& x);
  void on(actors::received& x);
  void on(const actors::disconnected& x);
  void pause(duration length);
  void tick(std::uint64_t plan);

private:
  struct stream {
    actors::connection_ptr below;
    std::shared_ptr<injected_backlog> backlog;
    cluster::frame_reader first_frame;
    std::optional<node_name> peer; ///< A node's; none: not known yet, or no node.
    bool known = false;            ///< Whether `peer` says who is there.
    held_bytes in;
    held_bytes out;
    actors::connection_owner reader; ///< Waits for bytes; null: nobody does.
    bool reading = false;            ///< Below.
    std::optional<error> ended;      ///< Below; the reader is told behind the last byte.
    bool closing = false;
  };

  struct dial {
    injected_dial what;
    time_point end;
    bool under_way = false; ///< Below; else it waits for a cut to end.
  };

  actors::connection_ptr
  adopt(const actors::connection_ptr& below, std::optional<node_name> peer);
  void get_to_know(stream& s, byte_view bytes);
  void meet(stream& s, const cluster::link_frame& frame);
  void move_bytes(actors::connection_id id);
  void write_below(stream& s, const link_weather& weather);
  void read_below(stream& s, const link_weather& weather);
  [[nodiscard]] bool strikes(const link_weather& weather);
  static void break_off(stream& s);
  static void drop_held(stream& s);
  void deliver(actors::connection_id id, stream& s, const link_weather& weather);
  void move_dials();
  void move_all();
  void weather_changed();
  [[nodiscard]] link_weather over(const stream& s) const;
  [[nodiscard]] link_weather over(const actors::address& where) const;
  [[nodiscard]] time_point due(const link_weather& weather);
  void tell_ended(const std::vector<standing_fault>& faults) const;
  void wake_at(time_point when);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  injector_config config_;
  std::optional<random_source> random_;
  std::optional<injector_metrics> metrics_;
  std::optional<fault_book> book_;
  actors::listener_owner listener_;
  std::map<actors::connection_id, stream> streams_;
  std::map<actors::dial_id, dial> dials_;
  std::map<std::string, node_name> names_; ///< Of nodes, by where they can be dialled.
  std::optional<time_point> wakes_at_;
  std::uint64_t plan_ = 0; ///< Of the latest `wakes_at_`.
};

/// Spawn function.
/// @pre `context`, and what `config` points to, outlive the actor.
injector_actor::behavior_type make_injector(
  injector_actor::stateful_pointer<injector_state> self,
  const actors::actor_context* context, injector_config config, random_source random);

} // namespace troupe::apps

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::injected_listen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::injected_dial)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::injected_write)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::injected_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::injected_close)
