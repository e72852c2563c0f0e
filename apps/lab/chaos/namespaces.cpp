#include "apps/lab/chaos/namespaces.hpp"

#include "apps/lab/chaos/system_tool.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace troupe::lab {

namespace {

constexpr auto list_name = "/namespaces"; // Lines "netns NAME" and "mount PATH".
constexpr auto netns_word = std::string_view{"netns "};
constexpr auto mount_word = std::string_view{"mount "};

std::string tool() { return find_tool("ip"); }

/// Before the thing is made: what is written down and was not made does no harm.
error remember(
  const std::string& run_folder, std::string_view word, const std::string& what) {
  auto file = std::ofstream{run_folder + list_name, std::ios::app};
  file << word << what << '\n';
  file.flush();
  return file ? error{} : fail(ec::system, "cannot write to " + run_folder + list_name);
}

bool exists(const std::string& path) {
  auto problem = std::error_code{};
  return std::filesystem::exists(path, problem);
}

std::string path_of(const std::string& space) { return "/run/netns/" + space; }

error remove_line(std::string_view line) {
  if (line.starts_with(netns_word)) {
    const auto name = std::string{line.substr(netns_word.size())};
    return exists(path_of(name)) ? run_tool({tool(), "netns", "del", name}) : error{};
  }
  if (line.starts_with(mount_word)) {
    const auto path = std::string{line.substr(mount_word.size())};
    // That it was never mounted, or is no more, is what is wanted.
    if (exists(path))
      static_cast<void>(run_tool({find_tool("umount"), path}));
  }
  return {};
}

std::string probe_of(pid_t process) { return "tc" + std::to_string(process) + "-probe"; }

/// A process that was killed while it probed has left its probe, whose name has its
/// number.
void remove_left_probes() {
  auto problem = std::error_code{};
  auto left = std::vector<std::string>{};
  for (auto i = std::filesystem::directory_iterator{path_of(""), problem};
       !problem && i != std::filesystem::directory_iterator{}; i.increment(problem)) {
    const auto name = i->path().filename().string();
    const auto process = name.starts_with("tc") ? std::atoi(name.c_str() + 2) : 0;
    if (
      process > 0 && name == probe_of(process) && ::kill(process, 0) != 0
      && errno == ESRCH)
      left.push_back(name);
  }
  for (const auto& name : left)
    static_cast<void>(run_tool({tool(), "netns", "del", name})); // Another may be faster.
}

} // namespace

std::string why_no_namespaces() {
  if (::geteuid() != 0)
    return "network namespaces need root";
  if (tool().empty())
    return "the program ip is not installed (package iproute2)";
  if (::access("/dev/net/tun", R_OK | W_OK) != 0)
    return "there is no /dev/net/tun";
  remove_left_probes();
  const auto probe = probe_of(::getpid());
  if (const auto trouble = run_tool({tool(), "netns", "add", probe}))
    return sentence_of(trouble);
  const auto trouble = run_tool({tool(), "netns", "del", probe});
  return trouble ? sentence_of(trouble) : std::string{};
}

expected<namespaces> namespaces::make(const std::string& run_folder, std::size_t count) {
  auto names = std::vector<std::string>{};
  for (std::size_t i = 1; i <= count; ++i) {
    const auto name = "tc" + std::to_string(::getpid()) + "-" + std::to_string(i);
    if (exists(path_of(name)))
      return fail(ec::in_use, "there is a network namespace " + name + " already");
    if (auto trouble = remember(run_folder, netns_word, name))
      return trouble;
    if (auto trouble = run_tool({tool(), "netns", "add", name}))
      return trouble;
    names.push_back(name);
  }
  return namespaces{std::move(names)};
}

error configure_device(
  const std::string& space, const std::string& device, const std::string& address) {
  for (const auto& words : std::vector<std::vector<std::string>>{
         {"addr", "add", address + "/24", "dev", device},
         {"link", "set", "lo", "up"},
         {"link", "set", device, "up"}}) {
    auto command = std::vector<std::string>{tool(), "-n", space};
    command.insert(command.end(), words.begin(), words.end());
    if (auto trouble = run_tool(command))
      return trouble;
  }
  return {};
}

error mount_disk(
  const std::string& run_folder, const std::string& path, std::size_t bytes) {
  if (auto trouble = remember(run_folder, mount_word, path))
    return trouble;
  auto problem = std::error_code{};
  std::filesystem::create_directories(path, problem);
  if (problem)
    return fail(ec::system, "cannot make " + path + ": " + problem.message());
  return run_tool(
    {find_tool("mount"), "-t", "tmpfs", "-o", "size=" + std::to_string(bytes), "tmpfs",
     path});
}

error remove_namespaces_of(const std::string& run_folder) {
  const auto path = run_folder + list_name;
  auto file = std::ifstream{path};
  for (auto line = std::string{}; std::getline(file, line);)
    if (auto trouble = remove_line(line))
      return trouble;
  file.close();
  auto problem = std::error_code{};
  std::filesystem::remove(path, problem);
  return problem ? fail(ec::system, "cannot remove " + path + ": " + problem.message())
                 : error{};
}

} // namespace troupe::lab
