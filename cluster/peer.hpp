/// Who is at the other end of a link.
#pragma once

#include "actors/base/ids.hpp"

#include <compare>
#include <cstdint>
#include <string_view>

namespace troupe::cluster {

/// What a process is to the cluster. A client (a shell, a load generator) uses links but
/// is never a member.
enum class link_role : std::uint8_t { node = 1, client = 2 };

[[nodiscard]] std::string_view to_string(link_role x);

/// One incarnation of one process (docs/decisions/0006).
struct peer_identity {
  node_id id;
  node_name name;
  troupe::incarnation incarnation;
  link_role role = link_role::node;

  friend auto operator<=>(const peer_identity&, const peer_identity&) = default;
};

} // namespace troupe::cluster
