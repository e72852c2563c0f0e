/// Calls any service by name: for shells and doors, which learn only at run time which.
///
/// It keeps a service router and a consumer for each service that was called; apps that
/// know their services have consumers of their own.
#pragma once

#include "actors/behavior.hpp"
#include "router/consumer_actor.hpp"

#include <map>
#include <optional>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::router {

/// A call of the service `service`, written `group/interface:version`.
struct gateway_call {
  std::string service;
  call_request what;
};

using gateway_actor = caf::typed_actor<
  // Fails as consumer_actor does, and with ec::busy when too many different services were
  // asked for.
  caf::replies_to<gateway_call>::with<call_answer>,
  // The router of a service, for consumers of one's own.
  caf::replies_to<registry::service_name>::with<service_router_actor>>;

struct gateway_config {
  /// Services that are watched at one time.
  std::size_t services_max = 1'000;

  call_config call;
};

class gateway_state {
public:
  static inline constexpr const char* name = "gateway";
  using pointer = gateway_actor::stateful_pointer<gateway_state>;

  explicit gateway_state(pointer self) : self_{self} {}
  gateway_state(const gateway_state&) = delete;
  gateway_state& operator=(const gateway_state&) = delete;

  /// Ends the actors that it spawned.
  ~gateway_state();

  void start(
    service_router_environment environment, const gateway_config& config,
    random_source random);

  caf::result<call_answer> on(gateway_call& x);
  caf::result<service_router_actor> on(const registry::service_name& x);

private:
  struct parts {
    service_router_actor router;
    consumer_actor consumer;
  };

  [[nodiscard]] expected<const parts*> parts_of(const registry::service_name& service);

  pointer self_;
  service_router_environment environment_;
  gateway_config config_;
  std::optional<random_source> random_;
  std::map<registry::service_name, parts> services_;
};

/// Spawn function.
/// @pre what `environment` points to outlives the actor.
gateway_actor::behavior_type make_gateway(
  gateway_actor::stateful_pointer<gateway_state> self,
  const service_router_environment& environment, const gateway_config& config,
  random_source random);

/// Reads `group/interface:version`; the group with its slash and the version with its
/// colon may be left out. Fails with ec::invalid_argument.
[[nodiscard]] expected<registry::service_name>
parse_service_name(const std::string& text);

} // namespace troupe::router

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::router::gateway_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry::service_name)
