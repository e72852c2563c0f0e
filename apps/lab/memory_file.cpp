#include "apps/lab/memory_file.hpp"

#include "apps/system_error.hpp"

#include <cerrno>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::lab {

expected<memory_file> memory_file::make() {
  const auto descriptor = ::memfd_create("lab", MFD_CLOEXEC);
  if (descriptor < 0)
    return apps::system_error("memfd_create", errno);
  return memory_file{descriptor};
}

memory_file::~memory_file() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

std::string memory_file::text() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || status.st_size <= 0)
    return {};
  auto result = std::string(static_cast<std::size_t>(status.st_size), '\0');
  const auto length = ::pread(descriptor_, result.data(), result.size(), 0);
  result.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return result;
}

} // namespace troupe::lab
