/// Chooses one of several providers for a call.
///
/// One balancer serves one caller and one service; it is not thread-safe. A strategy is a
/// file of its own here; `make_balancer` is the one table of their names.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/random.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace troupe::router {

/// An instance that provides a service: a named actor of one incarnation of a node.
struct provider_key {
  node_id node;
  troupe::incarnation incarnation;
  std::string actor;

  friend auto operator<=>(const provider_key&, const provider_key&) = default;
};

/// A provider that may be chosen.
struct candidate {
  const provider_key* provider = nullptr;
  std::uint32_t weight = 0; ///< At least 1.
};

class balancer {
public:
  balancer() = default;
  balancer(const balancer&) = delete;
  balancer& operator=(const balancer&) = delete;
  virtual ~balancer() = default;

  /// The index of the chosen one.
  /// @pre `candidates` is not empty; the keys live while the call lasts.
  [[nodiscard]] virtual std::size_t
  pick(std::span<const candidate> candidates, random_source& random)
    = 0;
};

/// Makes a balancer by its configured name: `random` or `round_robin`. Fails with
/// ec::invalid_config, naming those that there are.
[[nodiscard]] expected<std::unique_ptr<balancer>> make_balancer(std::string_view name);

} // namespace troupe::router
