/// The node's RESP port: Redis clients come in here, and their commands go to the shards.
///
/// One or more threads wait for sockets; each owns the connections that it was dealt. A
/// thread takes all whole commands that one poll of its sockets gave, sends one message
/// to each shard that they concern, and one for each shard elsewhere to the data router;
/// and it writes what an answer brought with one system call per connection. What a
/// connection may have under way is bounded, in commands, in bytes and in replies that it
/// has not taken; above that it is not read, so that TCP slows its client down.
/// Source: design decision 8.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/log.hpp"
#include "actors/base/metrics.hpp"
#include "actors/node_clock.hpp"
#include "router/data/data_board.hpp"
#include "router/data/data_calls.hpp"
#include "router/data/sessions.hpp"
#include "router/resp/session.hpp"
#include "router/resp_door_config.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe::router {

struct resp_door_settings {
  resp_door_config door;
  resp_session_config session;
  data_calls_config calls;
};

/// What a door stands on. All that is pointed to outlives the door.
struct resp_environment {
  const actors::node_clock* clock = nullptr;
  data_board* board = nullptr;
  session_book* sessions = nullptr;
  metrics_registry* metrics = nullptr;
  /// Takes requests for replicas of other nodes; called on a door's thread, must not
  /// block.
  std::function<void(forward)> forward_to;
  logger log;
  std::string version; ///< Of the program.
  std::uint64_t seed = 0;
};

class resp_door {
public:
  /// Listens at `where` until it is destroyed, and then closes all connections. Fails
  /// with ec::in_use or ec::system, naming address and remedy.
  /// @pre all settings are valid.
  [[nodiscard]] static expected<std::unique_ptr<resp_door>> open(
    const actors::address& where, const resp_door_settings& settings,
    resp_environment environment);

  resp_door() = default;
  resp_door(const resp_door&) = delete;
  resp_door& operator=(const resp_door&) = delete;
  virtual ~resp_door() = default;

  /// Where it listens, with the real port if 0 was asked for.
  [[nodiscard]] virtual const actors::address& where() const = 0;
};

} // namespace troupe::router
