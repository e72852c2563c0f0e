/// The transport of simulated nodes: a `network` run on the engine's virtual time.
///
/// One `fabric` is the network of a simulation; each node has a `transport` of its own,
/// bound to its host name (`n1`), where alone it can listen. One thread runs a
/// simulation, so nothing here is synchronised.
///
/// A crash ends a host's transport for good: calls through it do nothing from then on,
/// and listening fails with ec::stopping. A new transport for the same name is the
/// restart. Handles that outlive the fabric do nothing more.
#pragma once

#include "actors/sim/fault.hpp"
#include "actors/sim/network.hpp"
#include "actors/transport.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <caf/fwd.hpp>

namespace troupe::sim {

class fabric_state;

class fabric {
public:
  /// @pre `system` has stepped scheduling and outlives the fabric.
  fabric(caf::actor_system& system, network_config config, std::uint64_t seed);
  fabric(const fabric&) = delete;
  fabric& operator=(const fabric&) = delete;
  ~fabric();

  /// Lets `what` happen now.
  void strike(const fault& what);

  [[nodiscard]] const fault_counters& counters() const;

  void set_trace(network::trace_hook hook);

private:
  friend class transport;
  std::shared_ptr<fabric_state> state_;
};

class transport final : public actors::transport {
public:
  /// Starts host `name`, or restarts it after a crash.
  /// @pre no other transport of that host is alive, unless it crashed.
  transport(fabric& network, std::string name);

  /// Closes every connection, without an event, and every listener.
  ~transport() override;

  [[nodiscard]] expected<std::unique_ptr<actors::listener>>
  listen(const actors::address& where, actors::listener_owner owner) override;

  void dial(
    const actors::address& where, actors::dial_id id, duration deadline,
    actors::dial_owner owner) override;

private:
  [[nodiscard]] std::shared_ptr<fabric_state> living() const;

  std::weak_ptr<fabric_state> state_;
  std::string name_;
  std::uint64_t incarnation_ = 0;
};

} // namespace troupe::sim
