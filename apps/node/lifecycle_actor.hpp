/// Leads a node through its life: founding, joining, ready, leaving.
///
/// It listens, waits for the charter, has membership and the registry started under the
/// node's supervisor, and says when the node is ready. A new node whose name a live
/// member bears ends, before anybody takes it for that one. On the way out it withdraws
/// what the node offers, has `left` spread, and closes the links.
#pragma once

#include "actors/behavior.hpp"
#include "actors/supervisor_actor.hpp"
#include "apps/node/node_actors.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::apps {

struct lifecycle_config {
  node_id self;
  node_name name;
  std::string listen;    ///< host:port
  std::string advertise; ///< The same, as others dial it.
  bool alone = false;    ///< Founds a cluster of one: there is nobody to wait for.
  duration hand_over{};  ///< node.hand_over
  /// Makes the children to add once the cluster is known, in their order: membership, the
  /// registry, what stands on them.
  std::function<std::vector<actors::child_spec>(const cluster::charter&)> late_children;
  /// Called at each change, in the lifecycle's actor.
  std::function<void(node_phase)> entered;
  /// Called once, when the node has left (none), or cannot live (the reason).
  std::function<void(const error&)> ended;
};

class lifecycle_state {
public:
  static inline constexpr const char* name = "lifecycle";
  using pointer = lifecycle_actor::stateful_pointer<lifecycle_state>;

  explicit lifecycle_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, const node_actors* others,
    lifecycle_config config);

  [[nodiscard]] const node_progress& progress() const { return progress_; }
  caf::result<leave_reply> leave();
  void on(const cluster::member_news& x);
  void on(const cluster::link_news& x);

private:
  /// Another member that has our name.
  struct rival {
    std::string address;
    bool stays = false; // When it lives, we end.
    bool told = false;  // It was met, and so it lives.
  };

  void listen();
  void await_charter();
  void join();
  void add_next_child();
  void watch_members();
  void seek_rival(const cluster::member& x);
  [[nodiscard]] bool must_yield() const;
  void met(const cluster::peer_identity& peer);
  void become(node_phase phase);
  void give_up(const error& why);
  void hand_over();
  void withdraw();
  void depart();
  void close_links();
  void finish();

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  const node_actors* others_ = nullptr;
  lifecycle_config config_;
  std::deque<actors::child_spec> to_add_;
  node_progress progress_;
  time_point became_at_;            // What `progress_.phase` says.
  std::map<node_id, rival> rivals_; // Present ones.
  std::vector<caf::typed_response_promise<leave_reply>> leaving_;
};

/// Spawn function.
/// @pre `context` and `others` outlive the actor; the links and founding run.
lifecycle_actor::behavior_type make_lifecycle(
  lifecycle_actor::stateful_pointer<lifecycle_state> self,
  const actors::actor_context* context, const node_actors* others,
  lifecycle_config config);

} // namespace troupe::apps
