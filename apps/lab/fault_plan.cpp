#include "apps/lab/fault_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace troupe::lab {

namespace {

std::string seconds_of(duration x) {
  char text[32]; // NOLINT(*-avoid-c-arrays): for snprintf
  static_cast<void>(
    std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>(x).count()));
  return text;
}

} // namespace

std::vector<std::string>
draw_subset(const std::vector<std::string>& kinds, random_source& random) {
  auto result = std::vector<std::string>{};
  std::ranges::copy_if(
    kinds, std::back_inserter(result), [&](const auto&) { return random.chance(0.5); });
  if (result.empty() && !kinds.empty())
    result.push_back(kinds[random.below(kinds.size())]);
  return result;
}

fault_plan draw_plan(const fault_mix& mix, random_source& random) {
  auto result = fault_plan{};
  if (mix.kinds.empty())
    return result;
  for (auto at = duration{};;) {
    at += random.between(mix.between_min, mix.between_max);
    if (at >= mix.length)
      return result;
    const auto& kind = mix.kinds[random.below(mix.kinds.size())];
    result.push_back(
      {.number = result.size() + 1, .at = at, .kind = kind, .seed = random()});
  }
}

fault_plan keep(const fault_plan& plan, const std::set<std::size_t>& kept) {
  auto result = fault_plan{};
  std::ranges::copy_if(plan, std::back_inserter(result), [&](const auto& x) {
    return kept.contains(x.number);
  });
  return result;
}

std::string to_string(const planned_fault& x) {
  auto result
    = "#" + std::to_string(x.number) + " at " + seconds_of(x.at) + ": " + x.kind;
  if (x.target)
    result += " of " + *x.target;
  if (x.length)
    result += " for " + seconds_of(*x.length);
  return result;
}

} // namespace troupe::lab
