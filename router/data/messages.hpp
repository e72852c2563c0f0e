/// The messages of the data router and of those who ask it. None leaves the process.
#pragma once

#include "registry/messages.hpp"
#include "router/data/data_map.hpp"
#include "router/data/data_sink.hpp"
#include "storage/messages.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

namespace troupe::router {

/// Requests for the replica of another node. Answered through `to`: with answers, or with
/// `lost`. What surely did not leave is answered with `not_master` or `busy`.
struct forward {
  shard_id shard;
  node_id node;
  std::vector<storage::data_request> requests;
  std::shared_ptr<data_sink> to;
};

/// What an asker needs to find a shard. Immutable; shared by all askers of the node.
struct data_snapshot {
  std::uint64_t version = 0; ///< Grows with every change.
  node_id self;
  data_map_ptr map = std::make_shared<data_map>();
  std::map<shard_id, storage::replica_actor> local; ///< The replicas of this node.
};

using data_snapshot_ptr = std::shared_ptr<const data_snapshot>;

/// The map or the local replicas changed.
struct data_changed {
  data_snapshot_ptr now;
};

/// Who wants to hear of the map; it first hears what it is.
using data_listener = caf::typed_actor<caf::reacts_to<data_changed>>;

struct subscribe_data {
  data_listener listener;
};

// -- inside the data router
// -------------------------------------------------------------------------------

/// What one of its ears in the registry heard: a subscription has one pattern.
struct heard_entries {
  registry::entry_kind kind{};
  registry::push what;
};

/// What the shard's master said to our closed sessions.
struct closings_answered {
  shard_id shard;
  std::uint64_t number = 0; ///< Of the telling.
  storage::answer_status status = storage::answer_status::ok;
};

// -- to an actor that has a data_client
// ---------------------------------------------------

/// Answers of replicas.
struct data_answers {
  std::vector<storage::data_answer> answers;
};

/// What the actor's client forwarded to this node has an unknown fate.
struct data_node_lost {
  node_id node;
};

// -- one-off requests of other actors (data_client_actor)
// ---------------------------------

struct data_write_request {
  std::optional<shard_id> shard; ///< The slot's owner when none.
  slot in;
  std::variant<storage::conditional_write, storage::command> what;
  std::optional<storage::ack_mode> mode; ///< The shard's when none.
  duration time_left{};
};

struct data_read_request {
  std::optional<shard_id> shard;
  slot in;
  std::vector<std::string> keys;
  storage::command what;
  storage::read_level level = storage::read_level::lease;
  duration time_left{};
};

struct data_reply {
  shard_id shard;
  std::string reply;
  storage::position at; ///< Of a write's record.
};

} // namespace troupe::router

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::forward)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::data_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::subscribe_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::heard_entries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::closings_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::data_answers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::data_node_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::data_write_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::data_read_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::data_reply)
