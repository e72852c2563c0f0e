#include "apps/lab/chaos/run_register.hpp"

#include "apps/system_error.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace troupe::lab {

namespace {

std::string place_of_notes() {
  if (::geteuid() == 0)
    return "/run/troupe-chaos";
  const auto* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/')
    return std::string{runtime} + "/troupe-chaos";
  return "/tmp/troupe-chaos-" + std::to_string(::geteuid()) + "-runs";
}

/// The place, made when it is missing.
expected<std::string> own_place() {
  auto result = place_of_notes();
  constexpr auto owner_only = mode_t{0700};
  if (::mkdir(result.c_str(), owner_only) != 0 && errno != EEXIST)
    return apps::system_error("cannot make " + result, errno);
  struct stat known {};
  if (::lstat(result.c_str(), &known) != 0)
    return apps::system_error("cannot use " + result, errno);
  constexpr auto others_write = mode_t{S_IWGRP | S_IWOTH};
  if (
    !S_ISDIR(known.st_mode) || known.st_uid != ::geteuid()
    || (known.st_mode & others_write) != 0)
    return fail(
      ec::system, result
                    + " is not a directory that you alone can write to; chaos runs "
                      "are noted there: remove it, or have it removed");
  return result;
}

} // namespace

expected<std::string> note_run(const std::string& folder) {
  auto place = own_place();
  if (!place)
    return place;
  auto file = *place + "/run-XXXXXX";
  const auto descriptor = ::mkstemp(file.data());
  if (descriptor < 0)
    return apps::system_error("cannot write to " + *place, errno);
  ::close(descriptor);
  auto out = std::ofstream{file, std::ios::binary};
  out << folder << '\n';
  out.flush();
  if (!out) {
    remove_note(file);
    return fail(ec::system, "cannot write " + file);
  }
  return file;
}

expected<std::vector<run_note>> noted_runs() {
  const auto place = own_place();
  if (!place)
    return place.error();
  auto result = std::vector<run_note>{};
  auto problem = std::error_code{};
  auto i = std::filesystem::directory_iterator{*place, problem};
  for (; !problem && i != std::filesystem::directory_iterator{}; i.increment(problem)) {
    auto folder = std::string{};
    auto file = std::ifstream{i->path()};
    // One that is being written has no line yet, and its run nothing to be cleared.
    if (std::getline(file, folder) && folder.starts_with('/') && !file.eof())
      result.push_back({i->path().string(), folder});
  }
  if (problem)
    return fail(ec::system, "cannot list " + *place + ": " + problem.message());
  return result;
}

void remove_note(const std::string& file) {
  auto ignored = std::error_code{};
  std::filesystem::remove(file, ignored);
}

} // namespace troupe::lab
