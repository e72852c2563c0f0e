/// How bytes travel between nodes: listen, dial, and ordered bytes until it breaks.
///
/// The seam under the links (docs/decisions/0001). Everything above it (frames, lanes,
/// heartbeats) runs unchanged over TCP (`cluster/asio_transport.hpp`), inside one process
/// (`actors/inprocess_transport.hpp`) and in the simulator (`actors/sim/transport.hpp`).
///
/// Events arrive as messages at the actor that asked for them. Calls may come from any
/// thread and never block.
#pragma once

#include "actors/address.hpp"
#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

namespace troupe::actors {

class connection;
using connection_ptr = std::shared_ptr<connection>;

/// Names a connection within its transport; never reused.
using connection_id = strong<struct connection_id_tag, std::uint64_t>;

/// Names a dial; drawn by the caller, comes back with the result.
using dial_id = strong<struct dial_id_tag, std::uint64_t>;

/// A peer dialled one of our listeners.
struct accepted {
  connection_ptr connection;
};

/// A dial succeeded.
struct connected {
  dial_id dial;
  connection_ptr connection;
};

/// A dial failed: refused, unreachable, not resolvable, or past its deadline.
struct dial_failed {
  dial_id dial;
  error why;
};

/// The answer to one `connection::read`: at least one byte, in the order of writing.
struct received {
  connection_id connection;
  byte_buffer bytes;
};

/// The connection is gone: closed by the peer, reset, or failed. The last event of a
/// connection. Bytes that were written and not yet read by the peer may be lost.
struct disconnected {
  connection_id connection;
  error why;
};

using connection_owner
  = caf::typed_actor<caf::reacts_to<received>, caf::reacts_to<disconnected>>;
using listener_owner = caf::typed_actor<caf::reacts_to<accepted>>;
using dial_owner
  = caf::typed_actor<caf::reacts_to<connected>, caf::reacts_to<dial_failed>>;

/// One end of an established connection. Closes when the last reference goes.
class connection {
public:
  connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  virtual ~connection() = default;

  [[nodiscard]] virtual connection_id id() const = 0;

  /// The peer's address for people, as the transport sees it.
  [[nodiscard]] virtual const std::string& peer() const = 0;

  /// Asks for the next bytes: exactly one `received` or `disconnected` follows, at
  /// `owner`. While nobody asks, arriving bytes wait in the transport (bounded; then the
  /// peer is slowed down), which is also how a connection passes from one actor to
  /// another.
  /// @pre no read is outstanding.
  virtual void read(connection_owner owner) = 0;

  /// Queues `bytes` behind all earlier writes. Writes that pile up while one is under way
  /// leave together. Nothing bounds the queue here: the link's credits do. After a break
  /// or `close` the bytes are dropped.
  virtual void write(byte_buffer bytes) = 0;

  /// Bytes queued by `write` that have not left yet.
  [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;

  /// Sends what is queued, then closes. No event follows, not even for an outstanding
  /// read. Bytes not gone within the transport's linger time (1 s) are dropped. Repeats
  /// change nothing.
  virtual void close() = 0;
};

/// Accepts until it goes out of scope.
class listener {
public:
  listener() = default;
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  virtual ~listener() = default;

  /// Where it listens, with the real port if 0 was asked for.
  [[nodiscard]] virtual const address& where() const = 0;
};

class transport {
public:
  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  virtual ~transport() = default;

  /// Listens at `where`; each new connection goes to `owner` as `accepted`.
  /// Fails at once with ec::in_use when another process has the port, or ec::system,
  /// naming the address and the remedy.
  [[nodiscard]] virtual expected<std::unique_ptr<listener>>
  listen(const address& where, listener_owner owner) = 0;

  /// Dials `where`; exactly one `connected` or `dial_failed` goes to `owner`, the latter
  /// after `deadline` at the latest. A dead address delays no other dial.
  virtual void dial(const address& where, dial_id id, duration deadline, dial_owner owner)
    = 0;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::accepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::connected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::dial_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::disconnected)
