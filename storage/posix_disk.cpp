#include "storage/posix_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::storage {

namespace {

error failed(const std::string& call, const std::string& path, int number) {
  auto reason = std::error_code{number, std::generic_category()}.message();
  return fail(
    number == ENOENT ? ec::not_found : ec::system, call + " " + path + ": " + reason);
}

class posix_file final : public disk_file {
public:
  posix_file(int descriptor, std::string path)
      : descriptor_{descriptor}, path_{std::move(path)} {}

  // Nothing is lost by a failed close: what matters was synced, and its errors were seen.
  ~posix_file() override { static_cast<void>(::close(descriptor_)); }

  error write(std::uint64_t offset, byte_view bytes) override {
    while (!bytes.empty()) {
      auto done
        = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return failed("pwrite", path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    }
    return {};
  }

  expected<std::size_t>
  read(std::uint64_t offset, std::span<std::byte> out) const override {
    auto total = std::size_t{0};
    while (total < out.size()) {
      auto done = ::pread(
        descriptor_, out.data() + total, out.size() - total,
        static_cast<off_t>(offset + total));
      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return failed("pread", path_, errno);
      if (done == 0)
        break;
      total += static_cast<std::size_t>(done);
    }
    return total;
  }

  expected<std::uint64_t> size() const override {
    struct stat found = {};
    if (::fstat(descriptor_, &found) != 0)
      return failed("fstat", path_, errno);
    return static_cast<std::uint64_t>(found.st_size);
  }

  error truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
      return failed("ftruncate", path_, errno);
    return {};
  }

  // Not retried, not even after EINTR: what a failed sync has dropped stays dropped.
  error sync() override {
    if (::fdatasync(descriptor_) != 0)
      return failed("fdatasync", path_, errno);
    return {};
  }

private:
  int descriptor_;
  std::string path_;
};

expected<std::unique_ptr<disk_file>> open_with(const std::string& path, int flags) {
  auto descriptor = ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC, 0640);
  if (descriptor < 0)
    return failed("open", path, errno);
  return std::unique_ptr<disk_file>{std::make_unique<posix_file>(descriptor, path)};
}

} // namespace

expected<std::unique_ptr<disk_file>> posix_disk::open(const std::string& path) {
  return open_with(path_of(path), 0);
}

expected<std::unique_ptr<disk_file>> posix_disk::create(const std::string& path) {
  return open_with(path_of(path), O_CREAT | O_TRUNC);
}

error posix_disk::rename(const std::string& from, const std::string& to) {
  if (::rename(path_of(from).c_str(), path_of(to).c_str()) != 0)
    return failed("rename", path_of(from), errno);
  return {};
}

error posix_disk::remove(const std::string& path) {
  auto problem = std::error_code{};
  std::filesystem::remove_all(path_of(path), problem);
  return problem ? failed("remove", path_of(path), problem.value()) : error{};
}

error posix_disk::make_directory(const std::string& path) {
  if (::mkdir(path_of(path).c_str(), 0750) != 0 && errno != EEXIST)
    return failed("mkdir", path_of(path), errno);
  return {};
}

expected<std::vector<std::string>> posix_disk::list(const std::string& path) {
  auto problem = std::error_code{};
  auto result = std::vector<std::string>{};
  auto i = std::filesystem::directory_iterator{path_of(path), problem};
  for (; !problem && i != std::filesystem::directory_iterator{}; i.increment(problem))
    result.push_back(i->path().filename().string());
  if (problem)
    return failed("list", path_of(path), problem.value());
  std::ranges::sort(result);
  return result;
}

error posix_disk::sync_directory(const std::string& path) {
  auto descriptor = ::open(path_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return failed("open", path_of(path), errno);
  auto trouble
    = ::fsync(descriptor) == 0 ? error{} : failed("fsync", path_of(path), errno);
  static_cast<void>(::close(descriptor)); // Read-only: nothing to lose.
  return trouble;
}

} // namespace troupe::storage
