#include "apps/lab/chaos/node_usage.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <unistd.h>

namespace troupe::lab {

namespace {

std::string
grown(const std::string& what, const std::string& to, const std::string& from) {
  return "holds " + to + " " + what + ", and held " + from + " at the start";
}

} // namespace

std::optional<node_usage> usage_of(pid_t number) {
  const auto folder = std::filesystem::path{"/proc"} / std::to_string(number);
  auto result = node_usage{};
  auto problem = std::error_code{};
  auto i = std::filesystem::directory_iterator{folder / "fd", problem};
  for (; !problem && i != std::filesystem::directory_iterator{}; i.increment(problem))
    ++result.descriptor_count;
  auto whole = std::uint64_t{};
  auto resident = std::uint64_t{};
  auto file = std::ifstream{folder / "statm"};
  if (problem || !(file >> whole >> resident))
    return std::nullopt;
  result.memory = {resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
  return result;
}

std::string growth_of(const usage_row& x, const growth_bounds& bounds) {
  const auto& from = x.first;
  const auto& to = x.last;
  if (to.descriptor_count > from.descriptor_count + bounds.descriptor_count)
    return x.node + " "
           + grown(
             "descriptors", std::to_string(to.descriptor_count),
             std::to_string(from.descriptor_count));
  if (to.memory.bytes > from.memory.bytes + bounds.memory.bytes)
    return x.node + " " + grown("of memory", to_text(to.memory), to_text(from.memory));
  return {};
}

} // namespace troupe::lab
