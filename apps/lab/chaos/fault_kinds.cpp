#include "apps/lab/chaos/fault_kinds.hpp"

#include <algorithm>
#include <array>

namespace troupe::lab {

const std::vector<std::string>& chaos_fault_kinds() {
  static const auto result = std::vector<std::string>{
    "kill", "kill_all", "restart", "pause", "starve",    "halves",  "isolate",
    "ring", "one_way",  "loss",    "delay", "duplicate", "reorder", "disk_full"};
  return result;
}

bool needs_namespaces(std::string_view kind) {
  constexpr auto everywhere
    = std::array<std::string_view, 5>{"kill", "kill_all", "restart", "pause", "starve"};
  return std::ranges::find(everywhere, kind) == everywhere.end();
}

} // namespace troupe::lab
