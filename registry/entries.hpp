/// The values of the entries that the runtime itself writes: provider, consumer, admin
/// state.
///
/// The registry carries values as bytes; `registry_wire.hpp` makes bytes of these.
#pragma once

#include "actors/base/ids.hpp"
#include "registry/key.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::registry {

/// Names a service as routers and subscribers do. Versions and groups never mix.
struct service_name {
  std::string group; ///< Empty: the default group.
  std::string interface_name;
  std::string version; ///< Empty: unversioned.

  friend auto operator<=>(const service_name&, const service_name&) = default;
  friend bool operator==(const service_name&, const service_name&) = default;
};

/// `group/interface:version`, with the slash and the colon even when a part is empty, so
/// that no two names print alike.
[[nodiscard]] std::string to_string(const service_name& x);

/// Wall time, for people and for the age of things on other machines; orders nothing.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// An instance that offers a service.
struct provider_entry {
  service_name service;
  node_id node;
  troupe::incarnation incarnation; ///< Of the node's process, to address it by.
  std::string actor;               ///< Name of the actor that serves, unique on its node.
  std::vector<std::string> methods; ///< Empty: all of the interface.
  std::uint32_t weight = 100;       ///< Relative to other providers; 0 gets no calls.
  wall_time started;                ///< When it began to serve.
  /// Time over which the weight grows from nothing; 0: it is full at once.
  std::chrono::milliseconds warm_up{0};

  friend bool operator==(const provider_entry&, const provider_entry&) = default;
};

/// A node wants the changes of a name pushed to it directly.
struct consumer_entry {
  /// A name in full (`/shop.Inventory:`, `shard/3`), or its beginning and `*`.
  std::string interest;
  node_id node;
  troupe::incarnation incarnation;
  std::string actor; ///< Who asks, for people.

  friend bool operator==(const consumer_entry&, const consumer_entry&) = default;
};

/// What an operator, or the node itself, lets others do with it.
enum class admin_mode : std::uint8_t {
  ready = 1, ///< Use it.
  drain = 2, ///< Finish what runs, send nothing new.
  maint = 3, ///< Stay away.
};

[[nodiscard]] std::string_view to_string(admin_mode x);

struct admin_state_entry {
  std::string target; ///< A service of the owner, or `node` for all of it.
  admin_mode mode = admin_mode::ready;
  std::string reason; ///< For people.

  friend bool operator==(const admin_state_entry&, const admin_state_entry&) = default;
};

/// `target` of an admin state that is about the whole node.
inline constexpr std::string_view whole_node = "node";

// Under which key each is registered.
[[nodiscard]] entry_key key_of(const provider_entry& x);
[[nodiscard]] entry_key key_of(const consumer_entry& x);
[[nodiscard]] entry_key key_of(const admin_state_entry& x);

} // namespace troupe::registry
