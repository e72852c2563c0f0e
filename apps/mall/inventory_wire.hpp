/// The service `mall.Inventory`: its methods over an `inventory_actor`.
#pragma once

#include "apps/mall/inventory_actor.hpp"
#include "router/service.hpp"

namespace troupe::mall {

inline constexpr auto inventory_service = "mall.Inventory";

/// Stock, Reserve and Order, as mall.proto has them. All are idempotent: an order's name
/// is the buyer's, and stock is put on sale once.
[[nodiscard]] router::service_definition make_inventory_service(inventory_actor to);

} // namespace troupe::mall
