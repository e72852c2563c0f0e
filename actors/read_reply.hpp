/// The answer to a `connection::read`, made under a transport's lock and sent after it.
///
/// Sending under the lock could deadlock: a message to an actor that has ended is
/// destroyed at once, and with it may go the last reference to a connection.
#pragma once

#include "actors/transport.hpp"

#include <utility>

#include <caf/send.hpp>

namespace troupe::actors {

struct read_reply {
  connection_owner to; ///< Null: there is nothing to answer.
  connection_id from;
  byte_buffer bytes; ///< When empty, the connection has ended because of `why`.
  error why;

  void send() {
    if (!to)
      return;
    if (!bytes.empty())
      caf::anon_send(to, received{from, std::move(bytes)});
    else
      caf::anon_send(to, disconnected{from, std::move(why)});
  }
};

} // namespace troupe::actors
