/// Where chaos runs keep what they make, so that nothing of a run is left behind, however
/// it ended:
///
///     DIR/LOCK                held by the run that works here
///     DIR/NAME-SEED/          of one run
///       running               while it runs: a run that finds it clears what is left
///       cluster/              configs, logs and data of the nodes
///       (apps/local/layout.hpp) histories/            what the clients saw
#pragma once

#include "actors/base/error.hpp"
#include "apps/file_lock.hpp"
#include "apps/lab/chaos/run_register.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace troupe::lab {

class run_folder {
public:
  /// Takes `directory`, made when it is missing; clears what killed runs have left in it
  /// and wherever else the user's runs have worked, and tells of it; makes a folder for
  /// this run, and notes it in the register. Fails with ec::in_use while another
  /// run works in it, or ec::system.
  ///
  /// Only processes that hold the data of a node below `directory`, or were started with
  /// its config file, are ended: a number that has come to mean another process is none.
  /// Histories of killed runs stay.
  [[nodiscard]] static expected<run_folder> make(
    const std::string& directory, const std::string& name, std::uint64_t seed,
    const std::function<void(const std::string&)>& tell);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string cluster() const { return path_ + "/cluster"; }
  [[nodiscard]] std::string histories() const { return path_ + "/histories"; }

  /// The run has ended in order, and its folder is kept or removed. Fails with
  /// ec::system.
  [[nodiscard]] error keep() const;
  [[nodiscard]] error remove() const;

private:
  run_folder(std::string path, apps::file_lock lock, std::string note)
      : path_{std::move(path)}, lock_{std::move(lock)}, note_{std::move(note)} {}

  std::string path_;
  apps::file_lock lock_;
  std::string note_; // Of the register.
};

/// What is used when nobody names one: below the directory for temporary files, the
/// user's own.
[[nodiscard]] std::string default_chaos_directory();

} // namespace troupe::lab
