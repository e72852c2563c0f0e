#include "apps/node/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace troupe::apps {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // row[k] is the distance of the part of `a` seen so far to the first k letters of `b`.
  auto row = std::vector<std::size_t>(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const auto substituted = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({substituted, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view text, std::span<const std::string> words) {
  auto result = std::string{};
  // Two letters that changed places count as two slips.
  const auto slips_max
    = text.size() < 4 ? text.size() / 2 : std::max(text.size() / 3, std::size_t{2});
  auto least = slips_max + 1;
  for (const auto& word : words) {
    const auto distance = edit_distance(text, word);
    if (distance < least) {
      least = distance;
      result = word;
    }
  }
  return result;
}

} // namespace troupe::apps
