#include "apps/lab/chaos/link_faults.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <functional>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

using node_pair = std::pair<std::size_t, std::size_t>;

/// `rule` for all ordered pairs of different nodes that `wanted` says.
link_rules for_pairs(
  std::size_t node_count, const link_rule& rule,
  const std::function<bool(std::size_t, std::size_t)>& wanted) {
  auto result = link_rules{};
  for (std::size_t from = 0; from < node_count; ++from)
    for (std::size_t to = 0; to < node_count; ++to)
      if (from != to && wanted(from, to))
        result.emplace(node_pair{from, to}, rule);
  return result;
}

bool any_pair(std::size_t, std::size_t) { return true; }

/// `size` nodes, one at least, from `first` on, in a ring.
std::vector<std::size_t>
side_of(std::size_t first, std::size_t size, std::size_t node_count) {
  auto result = std::vector<std::size_t>{first};
  while (result.size() < size)
    result.push_back((result.back() + 1) % node_count);
  return result;
}

bool neighbours(std::size_t a, std::size_t b, std::size_t node_count) {
  const auto apart = a < b ? b - a : a - b;
  return apart == 1 || apart == node_count - 1;
}

link_rule disturbance(std::string_view kind, random_source& random) {
  auto result = link_rule{};
  if (kind == "loss")
    result.loss = 0.05 + 0.25 * random.uniform();
  else if (kind == "duplicate")
    result.duplicate = 0.05 + 0.25 * random.uniform();
  else if (kind == "delay")
    result.delay = random.between(duration{20ms}, duration{150ms});
  else if (kind == "reorder")
    result.jitter = random.between(duration{5ms}, duration{60ms});
  else
    TROUPE_ASSERT(false);
  return result;
}

} // namespace

link_fault make_link_fault(
  std::string_view kind, std::size_t target, std::size_t node_count,
  random_source& random) {
  constexpr auto cut = link_rule{.cut = true};
  if (kind == "halves" || kind == "isolate") {
    const auto side
      = side_of(target, kind == "halves" ? (node_count - 1) / 2 : 1, node_count);
    const auto inside
      = [&side](std::size_t x) { return std::ranges::find(side, x) != side.end(); };
    return {side, for_pairs(node_count, cut, [&inside](auto from, auto to) {
              return inside(from) != inside(to);
            })};
  }
  if (kind == "one_way")
    return {{target}, for_pairs(node_count, cut, [target](auto from, auto) {
              return from == target;
            })};
  const auto all = side_of(0, node_count, node_count);
  if (kind == "ring")
    return {all, for_pairs(node_count, cut, [node_count](auto from, auto to) {
              return !neighbours(from, to, node_count);
            })};
  return {all, for_pairs(node_count, disturbance(kind, random), any_pair)};
}

link_rule combine(const link_rule& a, const link_rule& b) {
  return {
    a.cut || b.cut, std::max(a.loss, b.loss), std::max(a.delay, b.delay),
    std::max(a.jitter, b.jitter), std::max(a.duplicate, b.duplicate)};
}

} // namespace troupe::lab
