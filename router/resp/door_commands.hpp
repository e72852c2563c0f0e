/// Commands that the door answers by itself: about the connection, the cluster, the node.
#pragma once

#include "router/resp/cluster_view.hpp"
#include "router/resp/command_table.hpp"
#include "router/resp/door_info.hpp"

#include <cstdint>
#include <string>

namespace troupe::router {

/// What a client has told of itself, and asked for.
struct client_state {
  std::uint64_t id = 0; ///< Unique in an incarnation of the node.
  std::string peer;     ///< "host:port"
  std::string name;     ///< Empty: it has none.
  std::string library;  ///< CLIENT SETINFO LIB-NAME
  std::string library_version;
  bool readonly = false;      ///< It reads from slaves.
  bool asked_for_map = false; ///< So it can find masters itself.
};

/// Where commands find what they tell. Lives as long as the call.
struct door_environment {
  const cluster_view& cluster;
  const door_facts& facts;
};

/// The reply, in RESP2.
/// @pre the request was looked up as `spec`, which is neither data, nor WAIT, nor QUIT.
[[nodiscard]] std::string answer_at_door(
  const command_spec& spec, request_arguments request, client_state& client,
  const door_environment& in);

} // namespace troupe::router
