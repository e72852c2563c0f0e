/// All links of one process: the listener, the greeter, and one link actor per peer.
///
/// Others name peers by node id; where a peer can be dialled comes from handshakes and
/// from membership (`peer_moved`). Link actors are spawned on demand and ended when
/// nothing needs them.
#pragma once

#include "cluster/greeter.hpp"
#include "cluster/link_actor.hpp"
#include "cluster/refusal_log.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::cluster {

using links_actor = caf::typed_actor<
  // Listens, and answers where (the real port if 0 was asked for). Fails with ec::in_use
  // or ec::system, naming the remedy. A repeat moves the listener.
  caf::replies_to<listen_at>::with<std::string>,
  // Connects to an address and answers who is there, once its link is up. Fails with
  // ec::unreachable, with what the peer refused, or ec::already_exists for ourselves.
  caf::replies_to<contact>::with<peer_identity>,
  // A reference to a well-known actor of a peer.
  caf::replies_to<refer>::with<caf::strong_actor_ptr>,
  // A note to a well-known actor of a peer.
  caf::reacts_to<post>,
  // News of all links from now on.
  caf::reacts_to<subscribe_links>,
  // What membership knows.
  caf::reacts_to<peer_moved>, caf::reacts_to<peer_died>, caf::reacts_to<peer_forgotten>,
  caf::reacts_to<own_health>,
  // Founding or the first contact gave us our cluster.
  caf::reacts_to<cluster_joined>,
  // Keeps a link open, until its sender ends or says otherwise.
  caf::reacts_to<pin_link>,
  // The links there are, for people.
  caf::replies_to<atom::list_links>::with<std::vector<link_summary>>,
  // Says goodbye to all peers, stops listening; answers when all links have ended.
  caf::replies_to<atom::leave_links>::with<caf::ok_atom>,
  // From link actors.
  caf::reacts_to<link_dial>, caf::reacts_to<link_report>, caf::reacts_to<link_unused>,
  // From the transport.
  caf::reacts_to<actors::accepted>, caf::reacts_to<actors::connected>,
  caf::reacts_to<actors::dial_failed>, caf::reacts_to<actors::received>,
  caf::reacts_to<actors::disconnected>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

class links_state {
public:
  static inline constexpr const char* name = "links";
  using pointer = links_actor::stateful_pointer<links_state>;

  explicit links_state(pointer self) : self_{self} {}
  links_state(const links_state&) = delete;
  links_state& operator=(const links_state&) = delete;

  /// Ends all link actors: nobody else does, and their timers would run for ever.
  ~links_state();

  void start(
    const link_environment* environment, const link_config& config,
    const local_identity& self, random_source random);

  caf::result<std::string> on(const listen_at& x);
  caf::result<peer_identity> on(const contact& x);
  caf::result<caf::strong_actor_ptr> on(const refer& x);
  void on(const post& x);
  void on(const subscribe_links& x);
  void on(const peer_moved& x);
  void on(const peer_died& x);
  void on(const peer_forgotten& x);
  void on(const own_health& x);
  void on(const cluster_joined& x);
  void on(const pin_link& x);
  void on(const link_dial& x);
  void on(const link_report& x);
  void on(const link_unused& x);
  void on(const actors::accepted& x);
  void on(const actors::connected& x);
  void on(const actors::dial_failed& x);
  void on(const actors::received& x);
  void on(const actors::disconnected& x);
  void on(const caf::down_msg& x);
  void tick();
  [[nodiscard]] std::vector<link_summary> list() const;
  caf::result<caf::ok_atom> leave();

private:
  struct peer_entry {
    link_actor link;
    peer_identity identity;
    std::string address;
    bool up = false;
  };

  struct open_connection {
    actors::connection_ptr connection;
    frame_reader reader;
  };

  struct pending_dial {
    greeting_dial dial;
    std::string where;
  };

  // A contact whose dial or whose link is not up yet.
  struct pending_contact {
    caf::typed_response_promise<peer_identity> promise;
    std::optional<node_id> peer;
    time_point deadline;
  };

  peer_entry& entry_of(const node_id& peer);
  [[nodiscard]] bool is_pinned(const node_id& peer) const;
  void pin(const caf::actor_addr& owner, const node_id& peer);
  void unpin(const caf::actor_addr& owner, const node_id& peer);
  void dial(const greeting_dial& dial, const std::string& where);
  void dial_has_failed(const greeting_dial& dial, const error& why);
  void perform(greeter::output out);
  void offer(const greeter::ready& x);
  void take(const actors::connection_ptr& connection);
  void take_bytes(connection_id id, const byte_buffer& bytes);
  void settle_contacts(const node_id& peer, const link::news& x);
  void fan_out(const link_news& x);
  void finish_leaving();
  [[nodiscard]] time_point now() const { return environment_->context->clock->now(); }

  pointer self_;
  const link_environment* environment_ = nullptr;
  link_config config_;
  std::optional<greeter> greeter_;
  refusal_log refusals_;
  std::optional<random_source> random_;
  std::unique_ptr<actors::listener> listener_;
  std::map<node_id, peer_entry> peers_;
  std::map<node_id, std::string> addresses_;
  std::map<caf::actor_addr, std::set<node_id>> pins_; // By owner; null: nobody's.
  std::map<caf::actor_addr, node_id> link_actors_;
  std::map<connection_id, open_connection> connections_;
  std::map<actors::dial_id, pending_dial> dials_;
  std::map<session_id, pending_contact> contacts_;
  std::map<caf::actor_addr, link_listener> listeners_;
  std::uint64_t last_dial_ = 0;
  std::uint32_t health_ = 0;
  std::optional<caf::typed_response_promise<caf::ok_atom>> leaving_;
};

/// Spawn function. `self` tells who this process is; `random` seeds sessions and
/// back-off.
/// @pre `environment` outlives the actor.
links_actor::behavior_type make_links(
  links_actor::stateful_pointer<links_state> self, const link_environment* environment,
  const link_config& config, const local_identity& local, random_source random);

} // namespace troupe::cluster
