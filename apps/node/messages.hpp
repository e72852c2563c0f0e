/// The messages of a node's own actors.
#pragma once

#include "apps/node/admin.hpp"
#include "cluster/founding.hpp"
#include "cluster/messages.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

CAF_ADD_ATOM(apps, troupe::apps::atom, phase, "phase")
CAF_ADD_ATOM(apps, troupe::apps::atom, leave, "leave")

namespace troupe::apps {

enum class node_phase : std::uint8_t { founding, joining, ready, leaving };

[[nodiscard]] std::string_view to_string(node_phase x);

/// Where a node is in its life.
struct node_progress {
  node_phase phase = node_phase::founding;
  std::optional<cluster::charter> charter;
};

using lifecycle_actor = caf::typed_actor<
  // Where the node is.
  caf::replies_to<atom::phase>::with<node_progress>,
  // Leave the cluster and end. Answered when `left` has spread; repeats are answered
  // together.
  caf::replies_to<atom::leave>::with<leave_reply>,
  // From membership.
  caf::reacts_to<cluster::member_news>,
  // From the links.
  caf::reacts_to<cluster::link_news>>;

} // namespace troupe::apps

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::node_progress)
