/// Names of commands and options, in whatever case the client writes them. ASCII only.
#pragma once

#include <string>
#include <string_view>

namespace troupe::router {

/// Negative, 0 or positive as `any_case`, in lower case, is less than, equal to or
/// greater than `lower_case`.
[[nodiscard]] int
compare_ignoring_case(std::string_view any_case, std::string_view lower_case);

[[nodiscard]] inline bool
equals_ignoring_case(std::string_view any_case, std::string_view lower_case) {
  return any_case.size() == lower_case.size()
         && compare_ignoring_case(any_case, lower_case) == 0;
}

[[nodiscard]] std::string upper_case(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

} // namespace troupe::router
