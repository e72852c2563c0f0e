/// Where a node keeps what must survive, held by one process at a time.
///
/// It has two files of its own. `troupe-data` marks it as ours and names its format:
/// `troupe data directory, format 1`. `LOCK` carries an flock(2) for as long as a node
/// runs on the directory, and holds that process's number as text. The kernel drops the
/// lock with the process, however it ends; so the lock says whether a node runs, never
/// the number, which a later process may bear. LOCK is never removed: two processes
/// could then hold locks of two files of that name.
#pragma once

#include "actors/base/error.hpp"
#include "apps/file_lock.hpp"

#include <string>
#include <utility>

namespace troupe::apps {

class data_directory {
public:
  /// Takes `path`, made when it is missing, until the result is destroyed. Fails with
  ///
  /// - ec::in_use: another process holds it; the sentence names its number;
  /// - ec::already_exists: it holds what is not a node's, and was left as it is;
  /// - ec::version_mismatch: its format is not ours;
  /// - ec::system: the system refused, most often for lack of rights.
  [[nodiscard]] static expected<data_directory> open(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }

private:
  data_directory(std::string path, file_lock lock)
      : path_{std::move(path)}, lock_{std::move(lock)} {}

  std::string path_;
  file_lock lock_;
};

/// The file whose lock says whether a node runs on the data directory `path`.
[[nodiscard]] std::string lock_file_of(const std::string& path);

/// Whether a node runs on the data directory `path`. One that is missing is free.
[[nodiscard]] bool data_directory_locked(const std::string& path);

} // namespace troupe::apps
