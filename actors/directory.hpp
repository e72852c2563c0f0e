/// The well-known actors of one node: name to handle, for messages from other nodes.
///
/// A supervisor that restarts an actor puts the new handle under the old name. One per
/// node; the engine's own registry is not used, as it keeps dead actors alive under their
/// name and a simulated cluster holds many nodes in one engine. Safe from any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <caf/actor_control_block.hpp>

namespace troupe::actors {

class directory {
public:
  /// Makes `name` stand for `handle` from now on.
  void put(std::string name, caf::strong_actor_ptr handle);

  /// Forgets `name`. Repeats change nothing.
  void erase(std::string_view name);

  /// Forgets every name; call it before the engine ends, as handles must not outlive it.
  void clear();

  /// Null when nobody has `name`.
  [[nodiscard]] caf::strong_actor_ptr find(std::string_view name) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, caf::strong_actor_ptr, std::less<>> handles_;
};

} // namespace troupe::actors
