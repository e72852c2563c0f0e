/// An asker's ear.
#pragma once

#include "actors/base/ids.hpp"
#include "storage/data.hpp"

namespace troupe::router {

/// Hears what replicas answer, and what became of requests that were forwarded. Called
/// from any thread; must not block.
class data_sink : public storage::answer_sink {
public:
  /// The fate of all that was forwarded to this node for this sink is unknown.
  virtual void lost(const node_id& node) = 0;
};

} // namespace troupe::router
