#include "apps/node/data_directory.hpp"

#include "actors/base/bytes.hpp"
#include "actors/base/disk.hpp"
#include "storage/posix_disk.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace troupe::apps {

namespace {

constexpr auto lock_name = std::string_view{"LOCK"};
constexpr auto marker_name = std::string_view{"troupe-data"};
constexpr auto marker_text = std::string_view{"troupe data directory, format 1\n"};
constexpr auto marker_bytes_max = std::size_t{4'096};

/// Who asks whether the directory is locked holds it for an instant; a node does for
/// longer.
constexpr auto data_lock_patience = std::chrono::milliseconds{300};

/// What may lie in a directory that is not a node's yet: what a start that was cut short
/// left, and what mkfs makes.
bool may_precede_marker(const std::string& name) {
  return name == lock_name || name == "lost+found" || name.starts_with(marker_name);
}

error make(const std::string& path) {
  auto problem = std::error_code{};
  std::filesystem::create_directories(path, problem);
  if (!problem)
    return {};
  return fail(
    ec::system, "cannot make the data directory " + path + ": " + problem.message()
                  + "; name one that this user may write to (node.data_dir, --data-dir)");
}

error check_marker(storage::posix_disk& files, const std::string& path) {
  auto bytes = read_file(files, std::string{marker_name}, marker_bytes_max);
  if (!bytes)
    return bytes.error();
  if (as_text(*bytes) == marker_text)
    return {};
  return fail(
    ec::version_mismatch,
    "the data directory " + path
      + " is not of format 1, the one that this program knows; "
      + "start the program that wrote it, or name another directory");
}

/// None when the directory is a node's or can become one. Changes nothing in it.
error check_ours(storage::posix_disk& files, const std::string& path) {
  auto names = files.list("");
  if (!names)
    return fail(
      ec::system, "cannot read the data directory: " + sentence_of(names.error())
                    + "; name one that this user may read and write");
  if (std::ranges::find(*names, marker_name) != names->end())
    return check_marker(files, path);
  const auto stranger = std::ranges::find_if_not(*names, may_precede_marker);
  if (stranger == names->end())
    return {};
  return fail(
    ec::already_exists, path + " is not a node's data directory: it holds '" + *stranger
                          + "'; name an empty directory, or one that is not there yet "
                            "(node.data_dir, --data-dir)");
}

error write_marker(storage::posix_disk& files) {
  auto found = files.open(std::string{marker_name});
  if (found || found.error() != ec::not_found)
    return found ? error{} : found.error();
  return replace_file(files, std::string{marker_name}, as_bytes(marker_text));
}

error explain(const error& trouble, const std::string& path) {
  if (trouble == ec::in_use)
    return fail(
      ec::in_use, "the data directory " + path
                    + " belongs to a running node: " + sentence_of(trouble)
                    + "; end that one, or name another directory (node.data_dir, "
                      "--data-dir)");
  return fail(
    code_of(trouble), "cannot use the data directory " + path + ": "
                        + sentence_of(trouble)
                        + "; name one that this user may write to");
}

} // namespace

expected<data_directory> data_directory::open(const std::string& path) {
  if (auto trouble = make(path))
    return trouble;
  auto files = storage::posix_disk{path};
  if (auto trouble = check_ours(files, path))
    return trouble;
  auto lock = file_lock::take(lock_file_of(path), data_lock_patience);
  if (!lock)
    return explain(lock.error(), path);
  if (auto trouble = write_marker(files))
    return explain(trouble, path);
  return data_directory{path, std::move(*lock)};
}

std::string lock_file_of(const std::string& path) {
  return path + "/" + std::string{lock_name};
}

bool data_directory_locked(const std::string& path) {
  return is_locked(lock_file_of(path));
}

} // namespace troupe::apps
