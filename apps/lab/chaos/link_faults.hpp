/// Which links a fault of the network disturbs, and how.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/chaos/chaos_world.hpp"

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::lab {

/// Rules of directed links, from whom to whom, by the places of nodes.
using link_rules = std::map<std::pair<std::size_t, std::size_t>, link_rule>;

struct link_fault {
  std::vector<std::size_t> nodes; ///< That people would say it struck.
  link_rules rules;
};

/// What the fault `kind` of `target` does to `node_count` nodes; `random` draws how much.
/// @pre `kind` is a fault of links.
[[nodiscard]] link_fault make_link_fault(
  std::string_view kind, std::size_t target, std::size_t node_count,
  random_source& random);

/// Both at once.
[[nodiscard]] link_rule combine(const link_rule& a, const link_rule& b);

} // namespace troupe::lab
