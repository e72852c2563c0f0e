/// The actor around one `link`: connections and messages in, the core's output performed.
///
/// It reads frames off its connections, delivers what arrives to local actors (by name
/// through the node's directory, by number when they were seen by the peer before), and
/// owns the references that stand for the peer's actors. It reports its news to the links
/// actor, which spawns it and hands it its connections.
#pragma once

#include "actors/behavior.hpp"
#include "actors/codec.hpp"
#include "actors/delivery.hpp"
#include "actors/directory.hpp"
#include "actors/reference_table.hpp"
#include "actors/transport.hpp"
#include "cluster/framing.hpp"
#include "cluster/link.hpp"
#include "cluster/messages.hpp"
#include "cluster/send_room.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::cluster {

/// What the links of one node share. Outlives them.
struct link_environment {
  const actors::actor_context* context = nullptr;
  actors::transport* transport = nullptr;
  const actors::message_codecs* codecs = nullptr;
  actors::directory* directory = nullptr;
};

/// What a link actor needs of the actor that spawns it.
using link_owner_actor = caf::typed_actor<
  // Dial for me.
  caf::reacts_to<link_dial>,
  // My core's news.
  caf::reacts_to<link_report>,
  // Nothing needs me; end me unless you know better.
  caf::reacts_to<link_unused>>;

using link_actor = caf::typed_actor<
  // Bytes of a connection of this link.
  caf::reacts_to<actors::received>,
  // A connection of this link broke.
  caf::reacts_to<actors::disconnected>,
  // A connection that may become this link's.
  caf::reacts_to<link_offered>,
  // A dial of this link failed.
  caf::reacts_to<link_dial_failed>,
  // A message through a reference.
  caf::reacts_to<link_carry>,
  // Who claimed room in vain.
  caf::reacts_to<link_room_wanted>,
  // A monitor on a reference.
  caf::reacts_to<link_watch>,
  // Receivers are done with what was delivered.
  caf::reacts_to<link_consumed>,
  // A note to a name.
  caf::reacts_to<link_post>,
  // A reference to a name.
  caf::replies_to<refer>::with<caf::strong_actor_ptr>,
  // What the node knows of the peer and of itself.
  caf::reacts_to<peer_moved>, caf::reacts_to<peer_died>, caf::reacts_to<cluster_joined>,
  caf::reacts_to<own_health>,
  // Keep the link open; no more.
  caf::reacts_to<atom::pin>, caf::reacts_to<atom::unpin>,
  // Say goodbye, close, end.
  caf::reacts_to<atom::leave_links>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

struct link_metrics {
  explicit link_metrics(metrics_registry& registry);

  counter& frames_in;
  counter& frames_out;
  counter& bytes_in;
  counter& bytes_out;
  counter& dropped_notes;
  counter& failed_calls;
  counter& malformed;
  counter& lost;
};

class receipt_book;

class link_state {
public:
  static inline constexpr const char* name = "link";
  using pointer = link_actor::stateful_pointer<link_state>;

  explicit link_state(pointer self) : self_{self} {}
  link_state(const link_state&) = delete;
  link_state& operator=(const link_state&) = delete;

  /// Ends all references and closes all connections.
  ~link_state();

  /// Fills the state and arms the timer; called once by `make_link`.
  void start(
    const link_environment& environment, const link_config& config, link core,
    node_id peer, link_owner_actor owner);

  void on(actors::received& x);
  void on(const actors::disconnected& x);
  void on(const link_offered& x);
  void on(const link_dial_failed& x);
  void on(link_carry& x);
  void on(const link_room_wanted& x);
  void on(const link_watch& x);
  void on(const link_consumed& x);
  void on(link_post& x);
  void on(const peer_moved& x) { core_->moved(x.address); }
  void on(const peer_died& x);
  void on(const cluster_joined& x) { core_->joined(x.cluster); }
  void on(const own_health& x) { core_->health(x.multiplier); }
  void on(const caf::down_msg& x);
  void pin();
  void unpin() { core_->unpin(); }
  void leave();
  void tick();
  [[nodiscard]] caf::strong_actor_ptr reference(const actors::remote_target& target);

private:
  void perform(link::output out);
  void write(const std::vector<link::frame_out>& frames);
  void deliver(link::arrival x);
  [[nodiscard]] caf::strong_actor_ptr target_of(const link_target& x) const;
  void watch_here(const link_target& target);
  void answer(const payload& request, error why);
  void return_to_sender(const link::undelivered_note& x) const;
  void tell_of_room();
  [[nodiscard]] std::shared_ptr<actors::consumption>
  receipt_for(session_id session, actors::lane lane);
  void tell(const link::news& x);
  void take_bytes(connection_id id, const byte_buffer& bytes);
  [[nodiscard]] time_point now() const { return environment_.context->clock->now(); }

  struct open_connection {
    actors::connection_ptr connection;
    frame_reader reader;
  };

  pointer self_;
  link_environment environment_;
  std::optional<link> core_;
  node_id peer_;
  link_owner_actor owner_;
  link_config config_;
  std::optional<link_metrics> metrics_;
  std::shared_ptr<actors::remote_carrier> carrier_;
  std::shared_ptr<send_room> room_; // Of the bulk lane.
  std::deque<link_room_wanted> room_wanted_;
  std::map<connection_id, open_connection> connections_;
  actors::export_table exports_;
  actors::reference_table references_;
  std::array<std::shared_ptr<receipt_book>, 2> receipts_;
  std::map<caf::actor_addr, std::vector<link_target>> watched_here_;
  std::uint64_t ticks_unused_ = 0;
};

/// Spawn function of the link with `peer`.
/// @pre `environment` outlives the actor.
link_actor::behavior_type make_link(
  link_actor::stateful_pointer<link_state> self, const link_environment* environment,
  const link_config& config, const local_identity& local, node_id peer,
  const std::string& address, random_source random, link_owner_actor owner);

} // namespace troupe::cluster
