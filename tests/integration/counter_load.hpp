/// `counter_app load`: calls test.Counter through one node, with many calls under way,
/// and prints a line for each: its id, `ok` or an error's code, and the milliseconds it
/// took.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"

#include <cstdint>
#include <string>

namespace troupe::test {

struct load_options {
  actors::address connect{"127.0.0.1", 7400}; ///< A node's link.
  std::string method = "Count";
  std::uint32_t call_count = 1'000;
  std::uint32_t in_flight_max = 64;
  std::string prefix; ///< Of the calls' ids, which end with their number.
};

[[nodiscard]] expected<int> run_load(const load_options& x);

} // namespace troupe::test
