#include "apps/lab/chaos/strike.hpp"

namespace troupe::lab {

std::string to_string(const strike& x) {
  auto shown = x.fault;
  shown.at = x.begun;
  shown.target = std::string{};
  for (const auto& node : x.nodes)
    *shown.target += (shown.target->empty() ? "" : ", ") + node;
  if (x.ended)
    shown.length = *x.ended - x.begun;
  if (!x.struck())
    shown.target = "nobody";
  return to_string(shown);
}

} // namespace troupe::lab
