/// Answers what shells ask about this node and its cluster (`admin.hpp`).
#pragma once

#include "actors/base/random.hpp"
#include "actors/behavior.hpp"
#include "apps/node/admin.hpp"
#include "apps/node/node_actors.hpp"
#include "router/resp/data_command.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::apps {

/// The name under which shells address it.
inline constexpr auto admin_name = "admin";

using admin_actor = caf::typed_actor<
  caf::replies_to<status_query>::with<status_reply>,
  caf::replies_to<members_query>::with<members_reply>,
  // Fails with ec::wrong_state before the node has joined.
  caf::replies_to<services_query>::with<services_reply>,
  caf::replies_to<stats_query>::with<stats_reply>,
  caf::replies_to<tree_query>::with<tree_reply>,
  // Both fail with ec::wrong_state before the node has joined.
  caf::replies_to<shards_query>::with<shards_reply>,
  caf::replies_to<own_shards_query>::with<own_shards_reply>,
  // Fails with what the data router met, and with ec::wrong_state before the node has
  // joined.
  caf::replies_to<data_command>::with<data_reply>,
  // Fails as the call does, and with ec::wrong_state before the node has joined.
  caf::replies_to<call_command>::with<call_reply>,
  // Fail with ec::wrong_state when the node does not allow faults; the first also with
  // ec::invalid_argument.
  caf::replies_to<inject_command>::with<inject_reply>,
  caf::replies_to<faults_query>::with<faults_reply>,
  caf::replies_to<heal_command>::with<heal_reply>,
  caf::replies_to<leave_command>::with<leave_reply>>;

/// What does not change while the process lives.
struct admin_facts {
  cluster::node_identity self;
  std::string cluster_name;
  std::uint64_t pid = 0;
  std::uint64_t seed = 0; ///< Of the traces of calls.
};

class admin_state {
public:
  static inline constexpr const char* name = "admin";
  using pointer = admin_actor::stateful_pointer<admin_state>;

  explicit admin_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, const node_actors* others, admin_facts facts);

  caf::result<status_reply> status();
  caf::result<members_reply> members();
  caf::result<services_reply> services();
  caf::result<stats_reply> on(const stats_query& x);
  caf::result<tree_reply> tree();
  caf::result<shards_reply> shards();
  caf::result<own_shards_reply> own_shards();
  caf::result<data_reply> on(const data_command& x);
  caf::result<call_reply> on(call_command& x);
  caf::result<inject_reply> on(const inject_command& x);
  caf::result<faults_reply> faults();
  caf::result<heal_reply> heal();
  caf::result<leave_reply> leave();

private:
  void ask_shards_of(
    const node_id& node, const std::function<void(expected<own_shards_reply>)>& done);
  [[nodiscard]] error not_joined() const;
  [[nodiscard]] error not_allowed() const;
  caf::result<data_reply> write(slot in, const router::data_command& x);
  caf::result<data_reply> read(slot in, const router::data_command& x);
  template <class Request>
  caf::result<data_reply> ask_data(Request request);
  caf::result<stats_reply> stats_of(std::uint32_t minutes);

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  const node_actors* others_ = nullptr;
  admin_facts facts_;
  std::optional<random_source> traces_;
};

/// Spawn function.
/// @pre `context` and `others` outlive the actor.
admin_actor::behavior_type make_admin(
  admin_actor::stateful_pointer<admin_state> self, const actors::actor_context* context,
  const node_actors* others, admin_facts facts);

} // namespace troupe::apps
