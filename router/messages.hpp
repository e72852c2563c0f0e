/// The messages of this folder's actors.
#pragma once

#include "router/call.hpp"
#include "router/call_table.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

CAF_ADD_ATOM(router, troupe::router::atom, drain, "drain")

namespace troupe::router {

/// A handler of a service host has ended.
struct call_finished {
  invocation_result result;
};

/// The providers of one service at one time, with how to reach each. Immutable; shared by
/// all callers.
struct provider_snapshot {
  std::uint64_t version = 0;
  std::vector<provider> providers;
  std::map<provider_key, caf::strong_actor_ptr> references;
};

using provider_snapshot_ptr = std::shared_ptr<const provider_snapshot>;

/// The providers changed.
struct providers_changed {
  provider_snapshot_ptr now;
};

/// What is under way at this provider has an unknown fate.
struct provider_lost {
  provider_key provider;
  error why;
};

/// Who wants to hear of a service's providers; it first hears those that there are.
using provider_listener
  = caf::typed_actor<caf::reacts_to<providers_changed>, caf::reacts_to<provider_lost>>;

struct subscribe_providers {
  provider_listener listener;
};

/// What a call came to.
struct call_answer {
  std::string content;
  std::uint32_t attempts = 0;
  duration took{};
  trace_id trace;
};

} // namespace troupe::router

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::invocation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::invocation_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::call_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::providers_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::provider_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::subscribe_providers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::call_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::call_answer)
