/// Connections within one process, without sockets: for tests with real actors, and for
/// apps whose nodes all live in one process.
///
/// The object is the network: nodes that are to reach each other share one. Every host
/// name is known, and a listener at port 0 gets the next free one. Nothing takes time: a
/// dial is answered at once, and `close` hands all queued bytes to the peer's side, so
/// that neither a deadline nor a linger time can pass.
///
/// Thread-safe. Connections and listeners that outlive the transport do nothing more.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "actors/transport.hpp"

#include <cstddef>
#include <memory>

namespace troupe::actors {

struct inprocess_config {
  /// Bytes that wait at a receiver who does not read; further ones stay with the sender.
  /// Larger lets a sender run ahead, smaller bounds memory: this much per direction.
  std::size_t window_bytes = 256U << 10;
};

class inprocess_hub;

class inprocess_transport final : public transport {
public:
  explicit inprocess_transport(inprocess_config config = {});

  /// Closes every connection, without an event, and every listener.
  ~inprocess_transport() override;

  [[nodiscard]] expected<std::unique_ptr<listener>>
  listen(const address& where, listener_owner owner) override;

  void
  dial(const address& where, dial_id id, duration deadline, dial_owner owner) override;

private:
  std::shared_ptr<inprocess_hub> hub_;
};

} // namespace troupe::actors
