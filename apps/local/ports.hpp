/// Whether ports of this machine are free.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "apps/local/layout.hpp"

#include <vector>

namespace troupe::apps {

/// None when a listener can be opened at `x`. Fails with ec::in_use, or ec::system when
/// the system forbids it.
/// @pre `x.host` is an IPv4 address.
[[nodiscard]] error check_port_free(const actors::address& x);

/// The first port of `node` that is not free, named with its use and the remedy.
[[nodiscard]] error check_ports_free(const local_node& node);

} // namespace troupe::apps
