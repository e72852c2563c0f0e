/// The transport of a node that allows faults: all of it goes by way of its injector.
#pragma once

#include "actors/transport.hpp"
#include "apps/inject/injector_actor.hpp"

#include <memory>
#include <mutex>

namespace troupe::apps {

/// Thread-safe. Until `attach`, dials and listeners fail, as they do after `detach`.
class injected_transport final : public actors::transport {
public:
  /// @pre `below` outlives it.
  explicit injected_transport(actors::transport& below) : below_{&below} {}

  void attach(injector_actor injector);

  /// Drops the handle, which must not outlive the engine.
  void detach() { attach({}); }

  [[nodiscard]] actors::transport& below() const { return *below_; }

  [[nodiscard]] expected<std::unique_ptr<actors::listener>>
  listen(const actors::address& where, actors::listener_owner owner) override;

  void dial(
    const actors::address& where, actors::dial_id id, duration deadline,
    actors::dial_owner owner) override;

private:
  [[nodiscard]] injector_actor injector() const;

  actors::transport* below_;
  mutable std::mutex mutex_;
  injector_actor injector_;
};

/// A connection whose bytes go by way of `injector`, which counts in `backlog` those
/// that it holds back.
[[nodiscard]] actors::connection_ptr make_injected_connection(
  actors::connection_ptr below, injector_actor injector,
  std::shared_ptr<injected_backlog> backlog);

} // namespace troupe::apps
