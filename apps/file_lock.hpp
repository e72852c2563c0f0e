/// A file that one process holds at a time, by flock(2).
///
/// The lock goes with the process, however it ends, and is not inherited by programs that
/// it starts. The file holds the holder's process number and is never removed.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

namespace troupe::apps {

class file_lock {
public:
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;
  file_lock(file_lock&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  file_lock& operator=(file_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~file_lock();

  /// Takes the lock of the file `path`, made when it is missing; waits for it up to
  /// `patience`. Fails with ec::in_use, naming the holder, or with ec::system.
  [[nodiscard]] static expected<file_lock>
  take(const std::string& path, duration patience);

private:
  explicit file_lock(int descriptor) : descriptor_{descriptor} {}

  int descriptor_;
};

/// Whether some process holds the lock of `path`. A file that is missing, or that we may
/// not read, is free. Holds up whoever takes the lock at that instant; hence patience.
[[nodiscard]] bool is_locked(const std::string& path);

/// The number that the last holder wrote into `path`. It says nothing about who holds the
/// lock now; between taking and writing it is still its predecessor's.
[[nodiscard]] std::optional<pid_t> last_holder(const std::string& path);

} // namespace troupe::apps
