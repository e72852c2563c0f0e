/// Hears what a replica does, as it does it: how a simulation checks its promises while
/// whole nodes run. A node in production has none.
#pragma once

#include "storage/open_replica.hpp"
#include "storage/replica/replica.hpp"

namespace troupe::storage {

class replica_observer {
public:
  replica_observer() = default;
  replica_observer(const replica_observer&) = delete;
  replica_observer& operator=(const replica_observer&) = delete;
  virtual ~replica_observer() = default;

  /// A life begins with what was found; `core` was not started yet.
  virtual void started(const replica& core, const opened_replica& found) = 0;

  /// An event was handled: `out` will be performed, once what it waits for is durable.
  virtual void handled(const replica& core, const replica_output& out) = 0;

  /// A message leaves for its peer.
  virtual void sending(const replica& core, const message& x) = 0;

  /// The life is over, and `core` with it.
  virtual void ended(const replica& core) = 0;
};

} // namespace troupe::storage
