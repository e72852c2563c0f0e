#include "apps/lab/chaos/run_folder.hpp"

#include "apps/lab/chaos/namespaces.hpp"
#include "apps/lab/chaos/node_processes.hpp"
#include "apps/local/cluster_directory.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace troupe::lab {

namespace {

namespace fs = std::filesystem;

constexpr auto marker = "running";

std::string lock_of(const fs::path& directory) { return (directory / "LOCK").string(); }

error failed(const std::string& what, const std::error_code& problem) {
  return fail(ec::system, "cannot " + what + ": " + problem.message());
}

error make_directories(const fs::path& path) {
  auto problem = std::error_code{};
  fs::create_directories(path, problem);
  return problem ? failed("make " + path.string(), problem) : error{};
}

error remove_tree(const fs::path& path) {
  auto problem = std::error_code{};
  fs::remove_all(path, problem);
  return problem ? failed("remove " + path.string(), problem) : error{};
}

/// Ends what a killed run's nodes left running. Returns how many processes.
expected<std::size_t> end_nodes_in(const std::string& cluster) {
  if (!apps::has_cluster(cluster))
    return std::size_t{0};
  const auto held = apps::cluster_directory::open(cluster);
  if (!held)
    return held.error();
  const auto options = held->options();
  if (!options)
    return options.error();
  return *options ? end_processes(apps::layout_of(held->path(), **options))
                  : expected<std::size_t>{std::size_t{0}};
}

error clear(const fs::path& run, const std::function<void(const std::string&)>& tell) {
  const auto ended = end_nodes_in((run / "cluster").string());
  if (!ended)
    return ended.error();
  if (auto trouble = remove_namespaces_of(run.string()))
    return trouble;
  if (auto trouble = remove_tree(run / "cluster"))
    return trouble;
  if (auto trouble = remove_tree(run / marker))
    return trouble;
  tell(
    "cleared what a killed run left: " + std::to_string(*ended)
    + " processes; its histories are in " + run.string());
  return {};
}

error clear_killed_runs(
  const fs::path& directory, const std::function<void(const std::string&)>& tell) {
  auto killed = std::vector<fs::path>{};
  auto problem = std::error_code{};
  auto i = fs::directory_iterator{directory, problem};
  for (; !problem && i != fs::directory_iterator{}; i.increment(problem))
    if (auto ignored = std::error_code{}; fs::exists(i->path() / marker, ignored))
      killed.push_back(i->path());
  if (problem)
    return failed("list " + directory.string(), problem);
  for (const auto& run : killed)
    if (auto trouble = clear(run, tell))
      return trouble;
  return {};
}

/// What a killed run has left elsewhere. Returns whether its note has served: while its
/// directory is in use, what is there is its run's care.
expected<bool> clear_elsewhere(
  const fs::path& run, const std::function<void(const std::string&)>& tell) {
  auto ignored = std::error_code{};
  if (!fs::exists(run / marker, ignored))
    return true;
  const auto lock
    = apps::file_lock::take(lock_of(run.parent_path()), std::chrono::milliseconds{1});
  if (!lock)
    return lock.error() == ec::in_use ? expected<bool>{false} : lock.error();
  if (fs::exists(run / marker, ignored)) // Another may have been faster.
    if (auto trouble = clear(run, tell))
      return trouble;
  return true;
}

/// What cannot be cleared elsewhere is told, and is no reason not to run here.
error clear_noted_runs(const std::function<void(const std::string&)>& tell) {
  const auto notes = noted_runs();
  if (!notes)
    return notes.error();
  for (const auto& note : *notes) {
    const auto done = clear_elsewhere(note.folder, tell);
    if (!done)
      tell("cannot clear what a killed run left: " + sentence_of(done.error()));
    else if (*done)
      remove_note(note.file);
  }
  return {};
}

/// "NAME-SEED"; with a number behind it when runs before were kept.
expected<fs::path> new_folder(const fs::path& directory, const std::string& name) {
  for (auto number = 1;; ++number) {
    const auto suffix = number == 1 ? std::string{} : "." + std::to_string(number);
    auto path = directory / (name + suffix);
    auto problem = std::error_code{};
    if (fs::create_directory(path, problem))
      return path;
    if (problem)
      return failed("make " + path.string(), problem);
  }
}

/// Marks the new folder of a run as in use, and notes it. Returns the note's file.
expected<std::string> equip(const fs::path& run) {
  if (!std::ofstream{run / marker})
    return fail(ec::system, "cannot write to " + run.string());
  if (auto trouble = make_directories(run / "histories"))
    return trouble;
  return note_run(run.string());
}

} // namespace

expected<run_folder> run_folder::make(
  const std::string& directory, const std::string& name, std::uint64_t seed,
  const std::function<void(const std::string&)>& tell) {
  auto problem = std::error_code{};
  const auto whole = fs::absolute(directory, problem).lexically_normal();
  if (problem)
    return failed("use " + directory, problem);
  if (auto trouble = make_directories(whole))
    return trouble;
  auto lock = apps::file_lock::take(lock_of(whole), std::chrono::milliseconds{100});
  if (!lock)
    return fail(
      code_of(lock.error()), "cannot use " + whole.string() + ": "
                               + sentence_of(lock.error())
                               + "; name another directory with --dir");
  if (auto trouble = clear_killed_runs(whole, tell))
    return trouble;
  if (auto trouble = clear_noted_runs(tell))
    return trouble;
  const auto path = new_folder(whole, name + "-" + std::to_string(seed));
  if (!path)
    return path.error();
  auto note = equip(*path);
  if (!note) {
    static_cast<void>(remove_tree(*path)); // What came first is told.
    return note.error();
  }
  return run_folder{path->string(), std::move(*lock), std::move(*note)};
}

error run_folder::keep() const {
  auto trouble = remove_tree(fs::path{path_} / marker);
  if (!trouble)
    remove_note(note_);
  return trouble;
}

error run_folder::remove() const {
  auto trouble = remove_tree(path_);
  if (!trouble)
    remove_note(note_);
  return trouble;
}

std::string default_chaos_directory() {
  auto problem = std::error_code{};
  const auto temporary = fs::temp_directory_path(problem);
  return (problem ? fs::path{"/tmp"} : temporary)
         / ("troupe-chaos-" + std::to_string(::getuid()));
}

} // namespace troupe::lab
