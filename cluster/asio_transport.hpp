/// Connections over TCP: the transport of real nodes.
///
/// Has I/O threads of its own. A connection lives on one of them; what happens there is
/// in `asio_stream.hpp`, `asio_dial.hpp` and `asio_listener.hpp`. Names are looked up
/// asynchronously for dials, and on the spot for listeners. Thread-safe.
///
/// While a read, a dial or a listener is outstanding, the transport keeps its owner
/// alive: an owner ends by quitting, not by being forgotten.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "actors/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::cluster {

struct asio_transport_config {
  /// Threads that wait for sockets. One carries some 100k small messages a second; more
  /// take cores from the actors.
  std::size_t io_threads = 1;

  /// How long a closed connection may take to send what is queued.
  std::chrono::milliseconds linger{1'000};

  /// Bytes read before anybody asks for them, per connection; one chunk of at most 256
  /// KiB may come on top. Larger saves wake-ups when the owner is slow, smaller saves
  /// memory.
  std::size_t read_ahead_bytes = 256U << 10;

  /// Pause after an accept that failed, as it does when descriptors run out.
  std::chrono::milliseconds accept_backoff{100};

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

class asio_transport final : public actors::transport {
public:
  /// Told of each accept that failed, on an I/O thread.
  using accept_failure_handler = std::function<void(const error&)>;

  /// @pre `config` is valid.
  explicit asio_transport(
    asio_transport_config config = {}, accept_failure_handler accept_failed = {});

  /// Stops the threads. Closes every connection without an event; of what is queued, only
  /// that leaves which the system takes at once. Handles that outlive the transport do
  /// nothing more.
  ~asio_transport() override;

  [[nodiscard]] expected<std::unique_ptr<actors::listener>>
  listen(const actors::address& where, actors::listener_owner owner) override;

  void dial(
    const actors::address& where, actors::dial_id id, duration deadline,
    actors::dial_owner owner) override;

  /// Accepts that failed so far.
  [[nodiscard]] std::uint64_t accept_failure_count() const;

private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

} // namespace troupe::cluster
