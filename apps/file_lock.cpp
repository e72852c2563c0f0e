#include "apps/file_lock.hpp"

#include "apps/system_error.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace troupe::apps {

namespace {

/// flock without waiting: 0, or the value of errno.
int try_lock(int descriptor, int operation) {
  while (::flock(descriptor, operation | LOCK_NB) != 0)
    if (errno != EINTR)
      return errno;
  return 0;
}

/// Polls, because flock(2) itself waits for ever or not at all.
int lock_within(int descriptor, duration patience) {
  constexpr auto pause = std::chrono::milliseconds{10};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto result = try_lock(descriptor, LOCK_EX);
  while (result == EWOULDBLOCK && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(pause);
    result = try_lock(descriptor, LOCK_EX);
  }
  return result;
}

error write_holder(int descriptor, const std::string& path) {
  const auto text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0)
    return system_error("ftruncate " + path, errno);
  if (::pwrite(descriptor, text.data(), text.size(), 0) < 0)
    return system_error("pwrite " + path, errno);
  return {};
}

error held(const std::string& path) {
  const auto holder = last_holder(path);
  return fail(
    ec::in_use, path + " is locked by "
                  + (holder ? "process " + std::to_string(*holder) : "another process"));
}

} // namespace

file_lock::~file_lock() {
  // Closing the file drops the lock; its contents are a hint that may be lost.
  if (descriptor_ >= 0)
    static_cast<void>(::close(descriptor_));
}

expected<file_lock> file_lock::take(const std::string& path, duration patience) {
  const auto descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor < 0)
    return system_error("open " + path, errno);
  auto result = file_lock{descriptor};
  if (const auto number = lock_within(descriptor, patience); number != 0)
    return number == EWOULDBLOCK ? held(path) : system_error("flock " + path, number);
  if (auto trouble = write_holder(descriptor, path))
    return trouble;
  return result;
}

bool is_locked(const std::string& path) {
  const auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  // A shared lock, so that two who ask do not see each other.
  const auto result = try_lock(descriptor, LOCK_SH) == EWOULDBLOCK;
  static_cast<void>(::close(descriptor)); // Read-only: nothing to lose.
  return result;
}

std::optional<pid_t> last_holder(const std::string& path) {
  const auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return std::nullopt;
  auto buffer = std::array<char, 32>{};
  const auto size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  static_cast<void>(::close(descriptor)); // Read-only: nothing to lose.
  auto result = pid_t{};
  if (size <= 0)
    return std::nullopt;
  const auto parsed = std::from_chars(buffer.data(), buffer.data() + size, result);
  return parsed.ec == std::errc{} && result > 0 ? std::optional{result} : std::nullopt;
}

} // namespace troupe::apps
