#include "apps/lab/chaos/system_tool.hpp"

#include "apps/system_error.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // POSIX has it in no header.

namespace troupe::lab {

namespace {

std::string joined(const std::vector<std::string>& words) {
  auto result = std::string{};
  for (const auto& x : words)
    result += (result.empty() ? "" : " ") + x;
  return result;
}

/// Starts `words` with both outputs into `output`. Returns errno's value.
int spawn(const std::vector<std::string>& words, int output, pid_t& number) {
  auto texts = words;
  auto arguments = std::vector<char*>{};
  for (auto& x : texts)
    arguments.push_back(x.data());
  arguments.push_back(nullptr);
  auto actions = posix_spawn_file_actions_t{};
  auto result = ::posix_spawn_file_actions_init(&actions);
  if (result != 0)
    return result;
  result = ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (result == 0)
    result = ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  if (result == 0)
    result = ::posix_spawnp(
      &number, arguments.front(), &actions, nullptr, arguments.data(), environ);
  static_cast<void>(::posix_spawn_file_actions_destroy(&actions)); // Always 0.
  return result;
}

std::string read_all(int input) {
  auto result = std::string{};
  auto part = std::array<char, 1024>{};
  for (;;) {
    const auto count = ::read(input, part.data(), part.size());
    if (count > 0)
      result.append(part.data(), static_cast<std::size_t>(count));
    else if (count == 0 || errno != EINTR)
      return result;
  }
}

} // namespace

error run_tool(const std::vector<std::string>& words) {
  auto ends = std::array<int, 2>{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return apps::system_error("pipe", errno);
  auto number = pid_t{};
  const auto trouble = spawn(words, ends[1], number);
  static_cast<void>(::close(ends[1])); // Nothing of ours was written.
  const auto said = trouble == 0 ? read_all(ends[0]) : std::string{};
  static_cast<void>(::close(ends[0]));
  if (trouble != 0)
    return fail(ec::system, sentence_of(apps::system_error(joined(words), trouble)));
  auto status = 0;
  while (::waitpid(number, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return {};
  return fail(
    ec::system,
    "'" + joined(words) + "' failed: " + said.substr(0, said.find_last_not_of('\n') + 1));
}

std::string find_tool(const std::string& name) {
  for (const auto* folder : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
    if (::access((folder + name).c_str(), X_OK) == 0)
      return folder + name;
  return {};
}

} // namespace troupe::lab
