/// What a checker found: a property that does not hold, and the operations that show it.
#pragma once

#include "apps/lab/check/history.hpp"

#include <string>
#include <vector>

namespace troupe::lab {

struct violation {
  std::string property;
  std::string what;          ///< A sentence.
  history operations{};      ///< Those involved, few.
  std::string explanation{}; ///< More for people, in lines; may be empty.
};

using violations = std::vector<violation>;

/// "PROPERTY: SENTENCE", and the operations on lines of their own.
[[nodiscard]] std::string to_string(const violation& x);

/// What clients can find wrong, for scenario files and reports. `linearizable`: registers
/// have an order of operations that explains every answer. `nothing_lost`: what was
/// acknowledged is there at the end. `nothing_twice`: no request was executed twice.
/// `nothing_invented`: nothing is there that nobody asked for. `ordered`: lists grow at
/// their end, in the order in which appends were acknowledged. `sessions`: no client sees
/// time go back. `fresh`: a read shows what was acknowledged before it.
namespace property {
inline constexpr auto linearizable = "linearizable";
inline constexpr auto nothing_lost = "nothing_lost";
inline constexpr auto nothing_twice = "nothing_twice";
inline constexpr auto nothing_invented = "nothing_invented";
inline constexpr auto ordered = "ordered";
inline constexpr auto sessions = "sessions";
inline constexpr auto fresh = "fresh";
/// No two nodes were master of a shard in one epoch.
inline constexpr auto one_master = "one_master";
} // namespace property

} // namespace troupe::lab
