#include "apps/shell/history_file.hpp"

#include "apps/system_error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::apps::shell {

namespace {

constexpr auto owner_only = mode_t{S_IRUSR | S_IWUSR};

/// Writes all of `text` in one call, so that lines of two shells do not mix.
error write_to(const std::string& path, int flags, const std::string& text) {
  const auto file
    = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, owner_only);
  if (file < 0)
    return system_error("open " + path, errno);
  const auto written = ::write(file, text.data(), text.size());
  const auto reason = written < 0 ? errno : ENOSPC;
  ::close(file);
  return written == static_cast<ssize_t>(text.size())
           ? error{}
           : system_error("write " + path, reason);
}

} // namespace

expected<std::vector<std::string>> history_file::load() const {
  auto result = std::vector<std::string>{};
  if (path_.empty() || ::access(path_.c_str(), F_OK) != 0)
    return result;
  auto file = std::ifstream{path_};
  if (!file)
    return system_error("open " + path_, errno);
  for (auto line = std::string{}; std::getline(file, line);)
    result.push_back(std::move(line));
  const auto too_long = result.size() >= 2 * lines_max_;
  if (result.size() > lines_max_)
    result.erase(
      result.begin(), std::prev(result.end(), static_cast<std::ptrdiff_t>(lines_max_)));
  if (too_long)
    if (auto trouble = shorten(result))
      return trouble;
  return result;
}

error history_file::append(const std::string& line) const {
  return path_.empty() ? error{} : write_to(path_, O_APPEND, line + "\n");
}

error history_file::shorten(const std::vector<std::string>& lines) const {
  auto text = std::string{};
  for (const auto& line : lines)
    text += line + "\n";
  const auto fresh = path_ + ".new";
  if (auto trouble = write_to(fresh, O_TRUNC, text))
    return trouble;
  if (std::rename(fresh.c_str(), path_.c_str()) != 0)
    return system_error("rename " + fresh, errno);
  return {};
}

std::string history_path() {
  if (const auto* path = std::getenv("TROUPE_HISTORY"))
    return path;
  const auto* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string{home} + "/.troupe_history";
}

} // namespace troupe::apps::shell
