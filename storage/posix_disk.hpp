/// The file system under one directory, through POSIX calls.
#pragma once

#include "actors/base/disk.hpp"

#include <string>

namespace troupe::storage {

/// All paths are below `root`, which must exist. Calls block: they belong on threads that
/// may wait. Different files may be used from different threads at once.
class posix_disk final : public disk {
public:
  explicit posix_disk(std::string root) : root_{std::move(root)} {}

  [[nodiscard]] expected<std::unique_ptr<disk_file>>
  open(const std::string& path) override;
  [[nodiscard]] expected<std::unique_ptr<disk_file>>
  create(const std::string& path) override;
  [[nodiscard]] error rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] error remove(const std::string& path) override;
  [[nodiscard]] error make_directory(const std::string& path) override;
  [[nodiscard]] expected<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] error sync_directory(const std::string& path) override;

  /// Where the operating system finds `path`, for libraries with files of their own.
  [[nodiscard]] std::string path_of(const std::string& path) const {
    return path.empty() ? root_ : root_ + "/" + path;
  }

private:
  std::string root_;
};

} // namespace troupe::storage
