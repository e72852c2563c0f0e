#include "actors/base/disk.hpp"

#include <utility>

namespace troupe {

std::string parent_of(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

expected<byte_buffer>
read_file(disk& files, const std::string& path, std::size_t bytes_max) {
  auto file = files.open(path);
  if (!file)
    return std::move(file.error());
  auto size = (*file)->size();
  if (!size)
    return std::move(size.error());
  if (*size > bytes_max)
    return fail(
      ec::too_large, path + " has " + std::to_string(*size) + " bytes, at most "
                       + std::to_string(bytes_max) + " were expected");
  auto result = byte_buffer(static_cast<std::size_t>(*size));
  auto got = (*file)->read(0, result);
  if (!got)
    return std::move(got.error());
  result.resize(*got);
  return result;
}

error replace_file(disk& files, const std::string& path, byte_view bytes) {
  auto beside = path + ".tmp";
  auto file = files.create(beside);
  if (!file)
    return std::move(file.error());
  if (auto trouble = (*file)->write(0, bytes))
    return trouble;
  if (auto trouble = (*file)->sync())
    return trouble;
  if (auto trouble = files.rename(beside, path))
    return trouble;
  return files.sync_directory(parent_of(path));
}

} // namespace troupe
