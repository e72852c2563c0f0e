#include "apps/local/start_node.hpp"

#include "apps/local/process.hpp"
#include "apps/node/config_environment.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace troupe::apps {

namespace {

/// Our environment without what a node's own file says: a TROUPE_NODE_NAME of the caller
/// would give all nodes one name.
std::vector<std::string> environment_without(const config_settings& settings) {
  auto result = process_environment();
  std::erase_if(result, [&settings](const std::string& entry) {
    const auto name = std::string_view{entry}.substr(0, entry.find('='));
    return std::ranges::any_of(settings.all(), [name](const auto& x) {
      return find_key(x.first)->variable() == name;
    });
  });
  return result;
}

/// The size of a file; 0 when there is none.
std::uint64_t size_of(const std::string& path) {
  auto problem = std::error_code{};
  const auto result = std::filesystem::file_size(path, problem);
  return problem ? 0 : result;
}

} // namespace

expected<started_node> start_node(
  const local_node& node, const config_settings& settings, const std::string& program,
  const std::vector<std::string>& wrapper) {
  auto command = wrapper;
  command.push_back(program);
  const auto own = arguments_of(node);
  command.insert(command.end(), own.begin(), own.end());
  auto result = started_node{node, 0, size_of(node.log_file)};
  const auto number = start_detached(
    {command.front(),
     {command.begin() + 1, command.end()},
     environment_without(settings),
     node.folder,
     node.log_file});
  if (!number)
    return number.error();
  result.process = *number;
  return result;
}

} // namespace troupe::apps
