/// Runs the node's `membership`: messages, link news and time in; posts, news and dials
/// out.
#pragma once

#include "actors/behavior.hpp"
#include "actors/wake_timer.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/membership.hpp"
#include "cluster/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::cluster {

/// The name under which peers address it.
inline constexpr auto membership_name = "membership";

using membership_actor = caf::typed_actor<
  // From a peer's membership.
  caf::reacts_to<peer_identity, membership_message>,
  // From the links.
  caf::reacts_to<link_news>,
  // News of members from now on.
  caf::reacts_to<subscribe_members>,
  // All members as this node sees them.
  caf::replies_to<atom::members>::with<std::vector<member>>,
  // Leaves; answers when the word has spread, or after leave_timeout.
  caf::replies_to<atom::depart>::with<caf::ok_atom>,
  // Takes a dead member off the list for ever. Fails with ec::not_found or
  // ec::wrong_state.
  caf::replies_to<forget_member>::with<caf::ok_atom>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom, std::uint64_t>>;

class membership_state {
public:
  static inline constexpr const char* name = "membership";
  using pointer = membership_actor::stateful_pointer<membership_state>;

  explicit membership_state(pointer self) : self_{self} {}

  void start(const actors::actor_context* context, links_actor links, membership core);

  void on(const peer_identity& from, const membership_message& x);
  void on(const link_news& x);
  void on(const subscribe_members& x);
  [[nodiscard]] std::vector<member> list() const;
  caf::result<caf::ok_atom> depart();
  caf::result<caf::ok_atom> on(const forget_member& x);
  void tick(std::uint64_t number);

private:
  void perform(membership::output out);
  void tell(const member_news& x);
  void log(const member_news& x);
  void redial(const membership::contact& x);
  [[nodiscard]] time_point now() const { return context_->clock->now(); }

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  links_actor links_;
  std::optional<membership> core_;
  std::map<caf::actor_addr, member_listener> listeners_;
  std::vector<caf::typed_response_promise<caf::ok_atom>> departing_;
  actors::wake_timer alarm_;
  unsigned told_health_ = 0;
};

/// Spawn function; begins at once.
/// @pre `context` outlives the actor.
membership_actor::behavior_type make_membership(
  membership_actor::stateful_pointer<membership_state> self,
  const actors::actor_context* context, links_actor links, membership core);

} // namespace troupe::cluster
