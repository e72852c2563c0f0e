/// The messages of the registry's actor.
#pragma once

#include "registry/catalog_news.hpp"
#include "registry/registry_core.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

CAF_ADD_ATOM(registry, troupe::registry::atom, withdraw, "withdraw")

namespace troupe::registry {

/// Writes an entry of this node.
struct put_entry {
  entry_key key;
  byte_buffer value;
};

/// Deregisters an entry of this node.
struct erase_entry {
  entry_key key;
};

/// What is served under a name, or of a whole kind when it is empty.
struct lookup {
  entry_kind kind{};
  std::string name;
};

/// Who on this node wants to hear of entries. It gets a snapshot first, and must answer
/// each push with its number.
using registry_listener = caf::typed_actor<caf::replies_to<push>::with<std::uint64_t>>;

/// A listener has one pattern; another one is another subscription of another actor.
struct subscribe_entries {
  pattern wanted;
  registry_listener listener;
};

} // namespace troupe::registry

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::catalog_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::catalog_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::put_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::erase_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::lookup)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::push)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::subscribe_entries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::sync_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<troupe::registry::view_entry>)
