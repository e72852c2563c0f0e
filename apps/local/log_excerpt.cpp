#include "apps/local/log_excerpt.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace troupe::apps {

namespace {

constexpr auto last_lines_max = std::size_t{15};
constexpr auto end_bytes = std::uintmax_t{256} << 10;
constexpr auto warnings_max = std::size_t{5};

bool warns(std::string_view line) {
  static constexpr auto marks = std::array{
    std::string_view{" level=warn "}, std::string_view{" level=error "},
    std::string_view{R"("level":"warn")"}, std::string_view{R"("level":"error")"}};
  return std::ranges::any_of(
    marks, [line](auto mark) { return line.find(mark) != std::string_view::npos; });
}

/// Appends; what is too much is taken out at the front.
std::string push(std::deque<std::string>& lines, std::string line, std::size_t max) {
  lines.push_back(std::move(line));
  if (lines.size() <= max)
    return {};
  auto result = std::move(lines.front());
  lines.pop_front();
  return result;
}

} // namespace

log_excerpt read_excerpt(std::istream& in) {
  auto last = std::deque<std::string>{};
  auto warnings = std::deque<std::string>{};
  for (auto line = std::string{}; std::getline(in, line);)
    if (auto passed = push(last, line, last_lines_max); warns(passed))
      push(warnings, std::move(passed), warnings_max);
  return {{warnings.begin(), warnings.end()}, {last.begin(), last.end()}};
}

log_excerpt excerpt_of(const std::string& path, std::uint64_t offset) {
  auto file = std::ifstream{path, std::ios::binary};
  file.seekg(static_cast<std::streamoff>(offset));
  return read_excerpt(file);
}

log_excerpt excerpt_of_end(const std::string& path) {
  auto problem = std::error_code{};
  const auto size = std::filesystem::file_size(path, problem);
  return excerpt_of(path, problem || size <= end_bytes ? 0 : size - end_bytes);
}

std::vector<std::string> warnings_in(const log_excerpt& x) {
  auto result = x.warnings;
  std::ranges::copy_if(x.last, std::back_inserter(result), warns);
  return result;
}

} // namespace troupe::apps
