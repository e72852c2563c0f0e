/// Writes and reads shards: inside an actor of yours (`data_client`), or from anywhere
/// (`data_client_actor`); and the catalog, through either's client (`catalog_client`).
///
/// A request goes from the asking actor straight to the master's replica on this node, or
/// through the data router to another node. A client has a session, or some: its writes
/// are executed once, and may overtake each other only as `data_calls` says.
#pragma once

#include "actors/behavior.hpp"
#include "router/data/data_calls.hpp"
#include "router/data/data_router_actor.hpp"
#include "router/data/messages.hpp"
#include "router/data/sessions.hpp"
#include "storage/catalog/catalog.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::router {

/// Gives requests to the replica that `x` is for: to that of this node, or to the data
/// router. From any thread; `sink` hears what becomes of them.
void hand_over(
  data_calls::dispatch x, const data_snapshot& snapshot, const data_router_actor& router,
  const std::shared_ptr<data_sink>& sink);

/// What an actor that uses a `data_client` has in its interface: it hands each of these
/// messages to it.
using data_client_parts = caf::typed_actor<
  caf::reacts_to<data_changed>, caf::reacts_to<data_answers>,
  caf::reacts_to<data_node_lost>>;

/// What data clients need of their node. Outlives them.
struct data_client_environment {
  const actors::actor_context* context = nullptr;
  data_router_actor router;
  session_book* sessions = nullptr;
  data_calls_config calls;
};

/// The requests of one actor to the shards. Lives in that actor's state; used by it
/// alone.
class data_client {
public:
  /// Told the end of a request, once, in the owner's actor.
  using callback = std::function<void(data_outcome)>;

  /// Sessions of one client: with the writes of each, what may be under way.
  static constexpr std::size_t sessions_max = 32;

  /// @pre `owner` is the actor that this is used in, and ends it before itself.
  data_client(
    const data_client_environment* environment, random_source random,
    const data_client_parts& owner);
  data_client(const data_client&) = delete;
  data_client& operator=(const data_client&) = delete;

  /// Closes its session; what is under way is told to nobody.
  ~data_client();

  /// `done` may run before these return.
  void write(data_write_request x, callback done);
  void read(data_read_request x, callback done);

  void on(const data_changed& x);
  void on(data_answers& x);
  void on(const data_node_lost& x);

  /// Ends and repeats what is due; call it every few milliseconds while there is any.
  void tick();

  [[nodiscard]] std::size_t calls_count() const { return calls_.size(); }

private:
  struct write_under_way {
    write_session* in = nullptr;
    std::uint64_t number = 0;
  };

  struct under_way {
    callback done;
    std::optional<write_under_way> write;
  };

  /// Null when there is none.
  [[nodiscard]] write_session* session_with_room();

  void begin(data_call x, under_way entry);
  void perform(data_calls::output out);
  [[nodiscard]] time_point now() const { return environment_->context->clock->now(); }

  const data_client_environment* environment_;
  data_calls calls_;
  data_snapshot_ptr snapshot_ = std::make_shared<data_snapshot>();
  std::shared_ptr<data_sink> sink_;
  std::list<write_session> sessions_; // Opened when those there are have no room.
  std::map<data_call_id, under_way> under_way_;
};

struct catalog_answer {
  storage::catalog_reply reply;
  storage::position at; ///< Of a put: its LSN is the entry's version.
};

/// Asks the catalog, from any node.
class catalog_client {
public:
  /// Fails as `error_of` says, or with ec::malformed.
  using callback = std::function<void(expected<catalog_answer>)>;

  /// @pre `calls` outlives it.
  explicit catalog_client(data_client* calls) : calls_{calls} {}

  /// Waits for `time_left` at most. What the catalog refuses (see `catalog_status`) is an
  /// answer, no error.
  void ask(const storage::catalog_command& x, duration time_left, callback done);

private:
  data_client* calls_;
};

using data_client_actor = caf::typed_actor<
  // Writes, or reads. Fails as `error_of` says: ec::unreachable or ec::busy, nothing was
  // done; ec::deadline_exceeded, the write may be done.
  caf::replies_to<data_write_request>::with<data_reply>,
  caf::replies_to<data_read_request>::with<data_reply>,
  // See data_client_parts.
  caf::reacts_to<data_changed>, caf::reacts_to<data_answers>,
  caf::reacts_to<data_node_lost>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

struct data_client_state {
  static inline constexpr const char* name = "data-client";
  std::optional<data_client> calls;
  bool ticking = false; // Only while calls are under way.
};

/// Spawn function.
/// @pre `environment` outlives the actor.
data_client_actor::behavior_type make_data_client(
  data_client_actor::stateful_pointer<data_client_state> self,
  const data_client_environment* environment, random_source random);

} // namespace troupe::router
