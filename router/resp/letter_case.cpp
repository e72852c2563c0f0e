#include "router/resp/letter_case.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::router {

namespace {

char lower(char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x; }
char upper(char x) { return x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x; }

} // namespace

int compare_ignoring_case(std::string_view any_case, std::string_view lower_case) {
  auto length = std::min(any_case.size(), lower_case.size());
  for (std::size_t i = 0; i < length; ++i) {
    if (auto x = lower(any_case[i]); x != lower_case[i])
      return x < lower_case[i] ? -1 : 1;
  }
  if (any_case.size() == lower_case.size())
    return 0;
  return any_case.size() < lower_case.size() ? -1 : 1;
}

std::string upper_case(std::string_view text) {
  auto result = std::string{text};
  std::ranges::transform(result, result.begin(), upper);
  return result;
}

std::string lower_case(std::string_view text) {
  auto result = std::string{text};
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

} // namespace troupe::router
