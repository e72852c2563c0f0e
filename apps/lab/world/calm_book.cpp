#include "apps/lab/world/calm_book.hpp"

#include <algorithm>

namespace troupe::lab {

void calm_book::disturb_link(std::size_t from, std::size_t to, duration until) {
  auto& known = links_.at(place(from, to));
  known = std::max(known, until);
}

void calm_book::disturb_node(std::size_t index, duration until) {
  auto& known = nodes_.at(index);
  known = std::max(known, until);
}

void calm_book::heal(duration now) {
  for (auto* all : {&links_, &nodes_})
    for (auto& until : *all)
      until = std::min(until, now);
}

duration calm_book::calm_since(std::size_t a, std::size_t b) const {
  return std::max(
    {links_.at(place(a, b)), links_.at(place(b, a)), nodes_.at(a), nodes_.at(b)});
}

} // namespace troupe::lab
