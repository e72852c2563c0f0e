/// Runs a `supervisor`: starts and stops actors as it says, and tells it what happens.
///
/// Children are monitored, never linked. What supervises them finds them by name in the
/// tree; what talks to them gets their handle from the `start` function, which publishes
/// it where its users look (a restarted child is another actor). A supervisor that dies
/// itself, even by a kill, kills its children: there are no orphans.
#pragma once

#include "actors/behavior.hpp"
#include "actors/messages.hpp"
#include "actors/supervisor.hpp"

#include <concepts>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

struct child_spec;

using supervisor_actor = caf::typed_actor<
  // Describes the supervisor and its children, and asks those that are supervisors to do
  // so within the given time; one that does not answer is shown as "unknown".
  caf::replies_to<atom::tree, duration>::with<tree_node>,
  // Adds a child at the end and starts it. Fails with ec::already_exists or ec::stopping.
  caf::replies_to<caf::add_atom, child_spec>::with<void>,
  // Stops a child and forgets it; answers before it has ended. Fails with ec::not_found.
  caf::replies_to<caf::delete_atom, std::string>::with<void>,
  // From children: the answer to the watchdog's ping.
  caf::reacts_to<caf::pong_atom>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

/// What a child's start function returns: any actor with a typed interface.
struct child_handle {
  template <class... Sigs>
  child_handle(const caf::typed_actor<Sigs...>& x)
      : actor{caf::actor_cast<caf::strong_actor_ptr>(x)},
        supervises{std::same_as<caf::typed_actor<Sigs...>, supervisor_actor>} {}

  caf::strong_actor_ptr actor;
  bool supervises; ///< It is a `supervisor_actor`, and the tree goes on below it.
};

/// Spawns a child and tells those who need its handle. Runs in the supervisor: it must
/// not block, and what it refers to outlives the supervisor. An error counts like a
/// crash.
using start_function = std::function<expected<child_handle>(caf::actor_system&)>;

/// A child as data; see `child_rule` for what the values mean.
struct child_spec {
  std::string name;
  start_function start;
  restart_kind restart = restart_kind::permanent;
  duration shutdown_deadline = child_rule{}.shutdown_deadline;
  duration watchdog{};
};

struct supervisor_state {
  supervisor_state() = default;
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;
  ~supervisor_state();

  std::string name = "supervisor";
  const actor_context* context = nullptr;
  std::optional<supervisor> core;
  std::map<std::string, start_function> starts;
  std::map<std::string, child_handle> running;
  std::map<caf::actor_id, std::string> names;
  counter* restarts = nullptr;
  std::multiset<time_point> ticks; ///< When those under way are due.
  error exit_reason;
};

/// @pre `context` outlives the actor; the children's names differ; `config` is valid.
supervisor_actor::behavior_type make_supervisor(
  supervisor_actor::stateful_pointer<supervisor_state> self, const actor_context* context,
  std::string name, supervisor_config config, std::vector<child_spec> children);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::child_spec)
